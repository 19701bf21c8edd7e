/* A schema from a file, whoever wrote it. */
#include "base/file.h"
#include "codec/yaml.h"
#include "quality/foreign.h"

/* What has no counterpart would not be checked: nobody would know. */
static int
refuse_left(const struct schema_left *left, struct err *e)
{
	return err_set(e, ERR_UNSUPPORTED, "%s%s; mlv-data schema import lists "
	    "what cannot be carried, and carries the rest", left->what[0],
	    left->n > 1 ? " (and others)" : "");
}

int
schema_load(struct schema **out, struct arena *a, const char *path,
    struct err *e)
{
	struct schema_left left;
	struct buf b;
	int r;

	buf_init(&b, YAML_BYTES_MAX);
	r = file_read(&b, path, e);
	if (r == 0) {
		r = schema_import(out, &left, a, b.data, b.len, e);
		if (r == 0 && left.n > 0)
			r = refuse_left(&left, e);
		if (r != 0)
			err_wrap(e, "%s", path);
	}
	buf_free(&b);
	return r;
}
