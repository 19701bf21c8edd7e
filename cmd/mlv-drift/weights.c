/* Weights of columns, from a table or from a model of trees. */
#include "weights.h"

#include <math.h>

#include "base/file.h"
#include "catalog/bytes.h"
#include "judge/gain.h"
#include "model/open.h"
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

static int
weights_of_table(const struct drift_weight **out, size_t *n, struct arena *a,
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

static int
take_gains(struct drift_weight *w, size_t n, struct arena *a,
    const struct table_want *want, const struct binding *b, struct err *e)
{
	double *gain = arena_alloc(a, (n + 1) * sizeof(*gain)), sum = 0;

	if (gain_measure(gain, b, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		w[i] = (struct drift_weight){ arena_strdup(a, want[i].name),
		    gain[i] };
		sum += gain[i];
	}
	return sum > 0 ? 0 : err_set(e, ERR_UNSUPPORTED, "its trees ask "
	    "nothing");
}

static int
weights_of_model(const struct drift_weight **out, size_t *n, struct cli *c,
    const char *name, struct err *e)
{
	const struct bind_opts o = { .skip_golden = true };
	struct catalog_bytes bytes;
	struct binding *b = NULL;
	struct drift_weight *w;
	int r;

	if (catalog_open_bytes(&bytes, c->catalog, name, e) < 0)
		return -1;
	r = binding_open(&b, bytes.data, bytes.n, &o, e);
	if (r == 0) {
		const struct table_want *want = binding_wants(b, n);

		*out = w = arena_alloc(&c->arena, (*n + 1) * sizeof(*w));
		if ((r = take_gains(w, *n, &c->arena, want, b, e)) < 0)
			err_wrap(e, "'%s' has no importance of its inputs "
			    "(--weights takes one that mlv-train eval "
			    "measured)", name);
	} else {
		err_wrap(e, "%s", name);
	}
	binding_free(b);
	catalog_bytes_close(&bytes);
	return r;
}

int
weights_read(const struct drift_weight **out, size_t *n, struct cli *c,
    const char *table, const char *model, struct err *e)
{
	*out = NULL;
	*n = 0;
	if (table != NULL)
		return weights_of_table(out, n, &c->arena, table, e);
	return model != NULL ? weights_of_model(out, n, c, model, e) : 0;
}
