/* A pipeline written in another form: which one. */
#include "pipeline/write.h"

#include "pipeline/write_internal.h"

int
pipeline_write(struct buf *b, const struct pipeline *p, const bool *want,
    enum pipeline_form form, struct err *e)
{
	static int (*const forms[])(const struct pipeline_writing *,
	    struct err *) = {
		[PIPELINE_MAKE] = write_make, [PIPELINE_NINJA] = write_ninja,
		[PIPELINE_DOT] = write_dot, [PIPELINE_MERMAID] = write_mermaid,
		[PIPELINE_YAML] = write_pipeline_yaml,
		[PIPELINE_AIRFLOW] = write_airflow, [PIPELINE_ARGO] = write_argo,
		[PIPELINE_GITLAB] = write_gitlab, [PIPELINE_GITHUB] = write_github,
	};
	struct arena a = { NULL, 0 };
	const struct pipeline_writing w = { b, &a, p, want };
	int r = forms[form](&w, e);

	arena_free(&a);
	return r < 0 ? -1 : buf_check(b, e);
}
