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
		if (s == NULL)
			return err_set(e, ERR_FORMAT, "%s: row %zu has no "
			    "name", path, row + 1);
		w[(*n)++] = (struct drift_weight){ arena_strndup(a, s, len),
		    v };
	}
	return 0;
}

/* Names are text, those of columns called 0, 1, 2 too. */
static int
read_names_as_text(struct table **t, struct arena *a, const struct file_map *m,
    struct table_read_opts *o, struct err *e)
{
	struct table_type type = { .type = COL_TEXT };

	if (table_read(t, m->data, m->n, o, e) < 0)
		return -1;
	if ((*t)->cols == 0 || col_type_is_text((*t)->col[0].type))
		return 0;
	type.name = arena_strdup(a, (*t)->col[0].name);
	o->types = &type;
	o->n_types = 1;
	table_free(*t);
	*t = NULL;
	return table_read(t, m->data, m->n, o, e);
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
	r = read_names_as_text(&t, a, &m, &o, e);
	file_unmap(&m);
	if (r == 0) {
		*out = w = arena_alloc(a, (t->rows + 1) * sizeof(*w));
		r = take_weights(w, n, a, t, path, e);
	}
	table_free(t);
	return r;
}
