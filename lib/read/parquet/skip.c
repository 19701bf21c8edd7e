/* What a row group's statistics say, held against a condition. */
#include "read/parquet/skip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "expr/expr.h"
#include "table/column.h"

/* A bound as text has room in here. */
struct ends {
	char min[COLUMN_PRINT_MAX], max[COLUMN_PRINT_MAX];
};

static bool
has_type(const struct table_read_opts *o, const char *name)
{
	for (size_t i = 0; i < o->n_types; i++)
		if (strcmp(o->types[i].name, name) == 0)
			return true;
	return false;
}

/* A bound that is an integer; false where it is none. */
static bool
whole_bound(int64_t *v, const struct parquet_column *c, const char *s,
    size_t n)
{
	if (c->physical == PARQUET_INT32 && n == 4)
		*v = (int32_t)get_le32(s);
	else if (c->physical == PARQUET_INT64 && n == 8)
		*v = (int64_t)get_le64(s);
	else
		return false;
	return true;
}

static bool
float_bound(double *v, const struct parquet_column *c, const char *s,
    size_t n)
{
	float f;

	if (c->physical == PARQUET_FLOAT && n == 4) {
		memcpy(&f, s, 4);
		*v = (double)f;
	} else if (c->physical == PARQUET_DOUBLE && n == 8) {
		memcpy(v, s, 8);
	} else {
		return false;
	}
	return !isnan(*v);
}

/* A date-time as the cell is read, in microseconds. */
static bool
date_bound(int64_t *us, const struct parquet_column *c, int64_t v)
{
	if (c->logical == PARQUET_DATE)
		return !__builtin_mul_overflow(v, INT64_C(86400000000), us);
	if (c->digits == 3)
		return !__builtin_mul_overflow(v, 1000, us);
	*us = c->digits == 9 ? v / 1000 - (v % 1000 < 0) : v;
	return true;
}

static bool
read_bound(struct expr_value *v, char room[COLUMN_PRINT_MAX],
    const struct parquet_column *c, const char *s, size_t n)
{
	int64_t whole;
	double d;

	if (c->logical == PARQUET_TEXT && c->physical == PARQUET_BYTES) {
		*v = (struct expr_value){ .type = EXPR_TEXT, .s = s, .n = n };
		return true;
	}
	if (c->logical == PARQUET_PLAIN_VALUE && float_bound(&d, c, s, n)) {
		*v = (struct expr_value){ .type = EXPR_NUM,
		    .num = num_of_f64(d) };
		return true;
	}
	if (!whole_bound(&whole, c, s, n))
		return false;
	if (c->logical == PARQUET_PLAIN_VALUE) {
		*v = (struct expr_value){ .type = EXPR_NUM,
		    .num = num_of_i64(whole) };
		return true;
	}
	if ((c->logical != PARQUET_DATE && c->logical != PARQUET_TIMESTAMP) ||
	    !date_bound(&whole, c, whole))
		return false;
	*v = (struct expr_value){ .type = EXPR_TEXT, .s = room,
	    .n = clock_print(room, whole) };
	return true;
}

/* Empty texts and NaN are missing, whatever is counted. */
static void
range_of(struct expr_range *r, struct ends *ends,
    const struct parquet_file *f, size_t group, size_t col,
    const struct table_read_opts *o)
{
	const struct parquet_column *c = parquet_column(f, col);
	int64_t rows = parquet_group_rows(f, group);
	struct parquet_stats s;

	*r = (struct expr_range){ .some_there = true, .some_missing = true };
	if (c->max_rep > 0 || has_type(o, c->name))
		return;
	parquet_group_stats(&s, f, group, col);
	if (s.nulls >= rows)
		r->some_there = false;
	if (s.nulls == 0 && o->n_na == 0 && (c->physical == PARQUET_INT32 ||
	    c->physical == PARQUET_INT64))
		r->some_missing = false;
	r->dates = c->logical == PARQUET_DATE ||
	    c->logical == PARQUET_TIMESTAMP;
	r->known = s.min_known && s.max_known && read_bound(&r->min, ends->min,
	    c, s.min, s.min_n) && read_bound(&r->max, ends->max, c, s.max,
	    s.max_n);
}

bool
group_matters(const struct parquet_file *f, size_t group,
    const struct table_read_opts *o)
{
	size_t n = o->where != NULL ? expr_names(o->where) : 0;
	struct expr_range *range;
	struct ends *ends;
	bool may;

	if (o->where == NULL)
		return true;
	range = xalloc(n + 1, sizeof(*range));
	ends = xalloc(n + 1, sizeof(*ends));
	for (size_t i = 0; i < n; i++) {
		range[i] = (struct expr_range){ true, true, false, { 0 },
		    { 0 }, false };
		for (size_t k = 0; k < parquet_columns(f); k++)
			if (strcmp(parquet_column(f, k)->name,
			    expr_name(o->where, i)) == 0)
				range_of(&range[i], &ends[i], f, group, k, o);
	}
	may = expr_may_hold(o->where, range);
	free(range);
	free(ends);
	return may;
}
