/* Columns of lists, as embeddings come: a column for each of their places. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/names.h"
#include "base/num.h"
#include "flow/multi/multi.h"
#include "table/column_set.h"

/* The numbers of a list, at most n, null for NAN; how many, 0: it is none. */
static size_t
list_numbers(double *out, size_t n, const char *s, size_t len)
{
	size_t found = 0, i = 1;

	if (len < 3 || s[0] != '[' || s[len - 1] != ']')
		return 0;
	while (i < len) {
		size_t end = i;
		double v = NAN;

		while (s[end] != ',' && s[end] != ']')
			end++;
		for (; i < end && s[i] == ' '; i++)
			;
		if (!(end - i == 4 && memcmp(s + i, "null", 4) == 0) &&
		    !num_parse_f64(s + i, end - i, &v))
			return 0;
		if (found < n)
			out[found] = v;
		found++;
		i = end + 1;
	}
	return found;
}

/* How many numbers each list of the column has; 0: they are no such lists. */
static size_t
list_length(const struct column *c)
{
	size_t length = 0, len;

	if (!col_type_is_text(c->type))
		return 0;
	for (size_t i = 0; i < c->rows; i++) {
		const char *s = column_text(c, i, &len);
		size_t n;

		if (s == NULL)
			continue;
		n = list_numbers(NULL, 0, s, len);
		if (n == 0 || n > MULTI_DIMENSIONS || (length != 0 && n !=
		    length))
			return 0;
		length = n;
	}
	return length;
}

static int
split_lists(struct column *to, const struct column *c, size_t length,
    struct err *e)
{
	double *v = xalloc(length, sizeof(*v));
	int r = 0;

	for (size_t k = 0; r == 0 && k < length; k++) {
		char *name = xprintf("%s.%zu", c->name, k);

		r = column_init(&to[k], name, COL_FLOAT64, c->rows, e);
		free(name);
	}
	for (size_t i = 0; r == 0 && i < c->rows; i++) {
		size_t len;
		const char *s = column_text(c, i, &len);

		if (s != NULL)
			list_numbers(v, length, s, len);
		for (size_t k = 0; k < length; k++) {
			if (s == NULL || isnan(v[k]))
				column_set_missing(&to[k], i);
			else
				to[k].f64[i] = v[k];
		}
	}
	free(v);
	return r;
}

static int
split_table(struct table *t, struct err *e)
{
	for (size_t i = 0; i < t->cols;) {
		size_t n = list_length(&t->col[i]);
		struct column c = t->col[i];
		int r;

		if (n == 0) {
			i++;
			continue;
		}
		t->col = xresize(t->col, t->cols + n, sizeof(*t->col));
		memmove(t->col + i + n, t->col + i + 1, (t->cols - i - 1) *
		    sizeof(*t->col));
		memset(t->col + i, 0, n * sizeof(*t->col));
		t->cols += n - 1;
		r = split_lists(t->col + i, &c, n, e);
		column_release(&c);
		if (r < 0)
			return -1;
		i += n;
	}
	return 0;
}

int
multi_split_lists(struct table *ref, struct table *cur,
    const struct multi_opts *o, struct err *e)
{
	for (size_t i = 0; i < ref->cols; i++) {
		const struct column *r = &ref->col[i];
		const struct column *c = table_find(cur, r->name);
		size_t n, m;

		if ((o->n_only && !name_is_listed(r->name, o->only,
		    o->n_only)) || name_is_listed(r->name, o->exclude,
		    o->n_exclude))
			continue;
		if (c == NULL || (n = list_length(r)) == (m = list_length(c)))
			continue;
		if (n == 0 || m == 0)
			return err_set(e, ERR_UNSUPPORTED, "column '%s' is of "
			    "lists of %zu numbers on one side, and of no such "
			    "lists on the other", r->name, n + m);
		return err_set(e, ERR_UNSUPPORTED, "column '%s' is of lists of "
		    "%zu numbers in the reference, of %zu in the current data",
		    r->name, n, m);
	}
	return split_table(ref, e) < 0 ? -1 : split_table(cur, e);
}
