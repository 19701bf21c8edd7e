/*
 * A schema made from the columns of a table.
 */
#include "quality/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define UNIQUE_ROWS 20		/* fewer rows prove no key */

static void
infer_values(struct schema_column *s, struct arena *a, const struct column *c)
{
	size_t n = intern_count(c->dict), len;
	const char **v;

	if (c->type != COL_CATEGORY || n == 0 || n > SCHEMA_VALUES_MAX)
		return;
	v = arena_alloc(a, n * sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		const char *text = intern_text(c->dict, (uint32_t)i, &len);

		if (!utf8_ok(text, len) || memchr(text, '\0', len) != NULL)
			return;		/* YAML could not say them */
		v[i] = arena_strndup(a, text, len);
	}
	schema_set_values(s, v, n);
}

/* Of integers and dates, exactly. */
static void
infer_whole_range(struct schema_column *s, const struct column *c)
{
	int64_t min = INT64_MAX, max = INT64_MIN;

	for (size_t i = 0; i < c->rows; i++) {
		if (column_missing(c, i))
			continue;
		min = c->i64[i] < min ? c->i64[i] : min;
		max = c->i64[i] > max ? c->i64[i] : max;
	}
	s->range.has_min = s->range.has_max = c->rows > c->missing;
	s->range.min = num_of_i64(min);
	s->range.max = num_of_i64(max);
}

static void
infer_range(struct schema_column *s, const struct column *c)
{
	bool low = false, high = false, any = false;	/* low, high: an
							 * infinity was seen */
	double min = 0, max = 0;

	for (size_t i = 0; i < c->rows; i++) {
		double v = column_number(c, i);

		low = low || v == -INFINITY;
		high = high || v == INFINITY;
		if (!isfinite(v))
			continue;
		if (!any || v < min)
			min = v;
		if (!any || v > max)
			max = v;
		any = true;
	}
	s->range.has_min = any && !low;
	s->range.has_max = any && !high;
	s->range.min = num_of_f64(min);
	s->range.max = num_of_f64(max);
}

static int
by_i64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Distinct values of strings and integers; floats are not keys. */
static int
infer_distinct(struct schema_column *s, const struct column *c, struct err *e)
{
	int64_t *v;
	size_t n = 0, distinct = 0;

	s->distinct = NAN;
	if (col_type_is_text(c->type)) {
		s->distinct = (double)intern_count(c->dict);
		return 0;
	}
	if (c->type != COL_INT64)
		return 0;
	if ((v = mem_array(c->rows + 1, sizeof(*v))) == NULL)
		return err_set(e, ERR_NOMEM, "no memory");
	for (size_t i = 0; i < c->rows; i++)
		if (!column_missing(c, i))
			v[n++] = c->i64[i];
	qsort(v, n, sizeof(*v), by_i64);
	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || v[i] != v[i - 1];
	free(v);
	s->distinct = (double)distinct;
	return 0;
}

static int
infer_column(struct schema_column *s, struct arena *a, const struct column *c,
    struct err *e)
{
	if (!utf8_ok(c->name, strlen(c->name)))
		return err_set(e, ERR_FORMAT, "the name of column '%s' is not "
		    "UTF-8: convert the file first (iconv -f CP1252 -t "
		    "UTF-8)", c->name);
	schema_column_init(s, arena_strdup(a, c->name));
	s->type = c->type;
	s->missing = c->rows ? (double)c->missing / (double)c->rows : NAN;
	s->min_fraction = c->rows == 0 ? 0 : c->missing == 0 ? 1 :
	    fmax(0, floor((1 - s->missing) * 100 - 5) / 100);
	if (infer_distinct(s, c, e) != 0)
		return -1;
	s->unique = c->missing == 0 && c->rows >= UNIQUE_ROWS &&
	    s->distinct == (double)c->rows;
	if (col_type_is_text(c->type))
		infer_values(s, a, c);
	else if (!s->unique && (c->type == COL_INT64 ||
	    c->type == COL_DATETIME))
		infer_whole_range(s, c);
	else if (c->type != COL_BOOL && !s->unique)
		infer_range(s, c);
	return 0;
}

int
schema_infer(struct schema **out, struct arena *a, const struct table *t,
    const struct table_read_opts *read, struct err *e)
{
	struct schema *s = schema_new(a);

	s->col = arena_alloc(a, (t->cols + 1) * sizeof(*s->col));
	s->cols = t->cols;
	if (read != NULL)
		s->read = *read;
	s->read.name = NULL;
	s->read.progress = NULL;
	s->read.log = NULL;
	s->read.member = NULL;
	s->read.skip = 0;	/* of this file, not of what it looks like */
	s->read.types = NULL;
	s->read.n_types = 0;
	s->has_min_rows = t->rows > 0;
	s->min_rows = 1;
	for (size_t i = 0; i < t->cols; i++)
		if (infer_column(&s->col[i], a, &t->col[i], e) != 0)
			return -1;
	for (size_t i = 0; read != NULL && i < read->n_types; i++)
		for (size_t k = 0; k < s->cols; k++)
			if (strcmp(s->col[k].name, read->types[i].name) == 0)
				s->col[k].form = read->types[i].form;
	*out = s;
	return 0;
}
