/* A model compiled in a thread that owns all it needs, as it may outlive who
 * asked for it. */
#include "deploy/load.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/path.h"
#include "catalog/bytes.h"
#include "catalog/name.h"

struct load_job {
	struct arena arena;		/* of the options */
	struct catalog_bytes bytes;
	struct version_opts opts;
	struct bind_opts score;
	struct version *made;		/* or NULL, and why not */
	struct err err;
};

static void
job_free(void *arg)
{
	struct load_job *j = arg;

	version_release(j->made);
	catalog_bytes_close(&j->bytes);
	arena_free(&j->arena);
	free(j);
}

static void
load_model(void *arg)
{
	struct load_job *j = arg;
	struct version *v;

	if (version_new(&v, j->bytes.data, j->bytes.n, &j->opts, &j->err) < 0)
		return;
	oid_print(v->digest, catalog_bytes_id(&j->bytes));
	j->made = v;
}

static void
copy_opts(struct load_job *j, enum variant variant,
    const struct bind_opts *score)
{
	const struct catalog_item *item = &j->bytes.item;
	const char **names;
	char *stem;

	if (score) {
		j->score = *score;
		names = arena_alloc(&j->arena, (score->n_columns + 1) *
		    sizeof(*names));
		for (size_t i = 0; i < score->n_columns; i++)
			names[i] = arena_strdup(&j->arena, score->columns[i]);
		j->score.columns = names;
	}
	stem = item->kind == NAME_PATH ? path_stem(item->base) :
	    xstrdup(item->base[0] ? item->base : "model");
	j->opts = (struct version_opts){ .variant = variant,
	    .name = arena_strdup(&j->arena, stem),
	    .number = item->version ? item->version : 1, .score = &j->score };
	free(stem);
}

int
version_load(struct version **out, struct catalog *c, const char *name,
    enum variant variant, const struct bind_opts *score,
    const struct filler *fill, const struct patience *p, struct err *e)
{
	struct load_job *j = xalloc(1, sizeof(*j));

	if (catalog_open_bytes(&j->bytes, c, name, e) < 0) {
		free(j);
		return -1;
	}
	copy_opts(j, variant, score);
	if (patience_run(p, load_model, job_free, j, e) < 0)
		return err_wrap(e, "loading %s", name);
	if (j->made == NULL)
		*e = j->err;
	if (j->made == NULL || (fill && version_fill(j->made, fill, e) < 0)) {
		err_wrap(e, "%s", name);
		job_free(j);
		return -1;
	}
	*out = j->made;
	j->made = NULL;
	job_free(j);
	return 0;
}
