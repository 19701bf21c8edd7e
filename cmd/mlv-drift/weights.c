/* Weights of columns, from a table. */
#include "weights.h"

#include <math.h>

#include "base/file.h"
#include "read/whole.h"

static int
take_weights(struct drift_weight *w, size_t *n, struct arena *a,
    const struct table *t, const char *path, struct err *e)
{
	const struct column *name = t->cols == 2 ? &t->col[0] : NULL;

	*n = 0;
	if (name == NULL || !col_type_is_text(name->type) ||
	    !col_type_is_number(t->col[1].type))
		return err_set(e, ERR_FORMAT, "%s: a table of two columns, a "
		    "name and its weight, is wanted", path);
	for (size_t row = 0; row < t->rows; row++) {
		double v = column_number(&t->col[1], row);
		size_t len;
		const char *s = column_text(name, row, &len);

		if (!(v >= 0) || !isfinite(v))
			return err_set(e, ERR_FORMAT, "%s: row %zu: a weight "
			    "is 0 or more", path, row + 1);
		if (s != NULL)
			w[(*n)++] = (struct drift_weight){ arena_strndup(a, s,
			    len), v };
	}
	return 0;
}

int
weights_read(const struct drift_weight **out, size_t *n, struct arena *a,
    const char *path, struct err *e)
{
	struct table_read_opts o = { .name = path };
	struct drift_weight *w;
	struct table *t = NULL;
	struct file_map m;
	int r;

	if (file_map(&m, path, e) < 0)
		return -1;
	r = table_read(&t, m.data, m.n, &o, e);
	file_unmap(&m);
	if (r == 0) {
		*out = w = arena_alloc(a, (t->rows + 1) * sizeof(*w));
		r = take_weights(w, n, a, t, path, e);
	}
	table_free(t);
	return r;
}
