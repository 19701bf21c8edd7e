/*
 * A column of a schema's tree, or a rule about one: the same members but for
 * the type, which a rule has from its column.
 */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "quality/schema/internal.h"
#include "table/form.h"

static int
get_type(struct schema_column *c, const struct json *j, struct err *e)
{
	if (j->type == JSON_TEXT && (col_type_parse(j->s, &c->type) ||
	    form_parse(j->s, &c->form, &c->type)))
		return 0;
	return bad_member(j, "must be int64, float64, boolean, datetime, "
	    "category, text, money, comma, percent, percent-comma, date-ymd, "
	    "date-dmy or date-mdy", e);
}

static int
get_values(const char *const **out, size_t *n, struct arena *a,
    const struct json *j, struct err *e)
{
	struct schema_column sorted;

	if (get_words(out, n, a, j, false, e) != 0)
		return -1;
	schema_set_values(&sorted, (const char **)(uintptr_t)*out, *n);
	return 0;
}

static int
get_seen(struct schema_column *c, const struct json *j, struct err *e)
{
	if (j->type != JSON_MAP)
		return bad_member(j, "must be a map", e);
	c->missing = json_num(j, "missing", NAN);
	c->distinct = json_num(j, "distinct", NAN);
	return 0;
}

/* ---- bounds ---- */

/* 1: it is another member. */
static int
get_bounds_member(struct schema_bounds *b, const struct json *j,
    struct err *e)
{
	if (strcmp(j->key, "min") == 0 || strcmp(j->key, "above") == 0) {
		if (b->has_min)
			return bad_member(j, "is one more lower bound", e);
		b->above = *j->key == 'a';
		return get_bound(&b->has_min, &b->min, j, e);
	}
	if (strcmp(j->key, "max") == 0 || strcmp(j->key, "below") == 0) {
		if (b->has_max)
			return bad_member(j, "is one more upper bound", e);
		b->below = *j->key == 'b';
		return get_bound(&b->has_max, &b->max, j, e);
	}
	return 1;
}

/* Of the kind that they bound? */
static int
check_bounds(const struct schema_bounds *b, const struct json *j, bool date,
    struct err *e)
{
	static const char *const ends[] = { "min", "above", "max", "below" };

	for (size_t i = 0; i < 4; i++) {
		const struct json *m = json_get(j, ends[i]);

		if (m == NULL)
			continue;
		if (date != (m->type == JSON_TEXT))
			return bad_member(m, date ? "must be a date" :
			    "must be a number", e);
		if (isnan(m->d))
			return bad_member(m, "must be a number", e);
	}
	if (b->has_min && b->has_max && num_order(&b->min, &b->max) > 0)
		return bad_member(json_get(j, b->above ? "above" : "min"),
		    b->below ? "is more than 'below'" : "is more than 'max'",
		    e);
	return 0;
}

/* ---- aggregates ---- */

static int
add_aggregate(struct schema_column *c, enum aggregate of, double at,
    const struct json *j, struct err *e)
{
	struct schema_aggregate *g = &c->aggregate[c->aggregates++];
	bool counts = of == AGGREGATE_DISTINCT ||
	    of == AGGREGATE_DISTINCT_SHARE || of == AGGREGATE_MISSING;
	int r;

	g->of = of;
	g->at = at;
	if (j->type != JSON_MAP || j->n == 0)
		return bad_member(j, "must be a map with min, max, above or "
		    "below", e);
	if (col_type_is_text(c->type) && !aggregate_of_text(of))
		return bad_member(j, "is for numbers and dates", e);
	if (c->type == COL_DATETIME && !aggregate_of_date(of))
		return bad_member(j, "is for numbers", e);
	for (const struct json *m = j->child; m != NULL; m = m->next) {
		r = get_bounds_member(&g->bounds, m, e);
		if (r > 0)
			return bad_member(m, "is not one of min, max, above, "
			    "below", e);
		if (r < 0)
			return -1;
	}
	return check_bounds(&g->bounds, j, c->type == COL_DATETIME && !counts,
	    e);
}

static int
get_quantiles(struct schema_column *c, const struct json *j, struct err *e)
{
	double at;

	if (j->type != JSON_MAP)
		return bad_member(j, "must be a map such as {0.9: {max: 5}}",
		    e);
	for (const struct json *q = j->child; q != NULL; q = q->next) {
		if (!num_parse_f64(q->key, strlen(q->key), &at) ||
		    !(at >= 0 && at <= 1))
			return bad_member(q, "is no quantile: 0 to 1", e);
		if (add_aggregate(c, AGGREGATE_QUANTILE, at, q, e) != 0)
			return -1;
	}
	return 0;
}

/* 1: it is another member. */
static int
get_aggregate(struct schema_column *c, const struct json *j, struct err *e)
{
	for (int i = 0; i < AGGREGATES; i++) {
		if (strcmp(j->key, aggregate_word((enum aggregate)i)) != 0)
			continue;
		return i == AGGREGATE_QUANTILE ? get_quantiles(c, j, e) :
		    add_aggregate(c, (enum aggregate)i, 0, j, e);
	}
	return 1;
}

/* Room for as many as there could be. */
static void
make_aggregates(struct schema_column *c, struct arena *a,
    const struct json *j)
{
	const struct json *q = json_get(j, aggregate_word(AGGREGATE_QUANTILE));
	size_t room = AGGREGATES + (q != NULL ? q->n : 0);

	for (int i = 0; i < AGGREGATES && c->aggregate == NULL; i++)
		if (json_get(j, aggregate_word((enum aggregate)i)) != NULL)
			c->aggregate = arena_alloc(a, room *
			    sizeof(*c->aggregate));
}

/* ---- all of it ---- */

static const char *const known[] = { "type", "optional", "min_fraction",
    "unique", "values", "not_values", "min_length", "max_length", "pattern",
    "not_pattern", "when", "mostly", "severity", "seen", "name", "column",
    "min", "max", "above", "below", "mean", "median", "stdev", "sum", "least",
    "greatest", "distinct", "distinct_share", "missing", "quantiles" };
#define KNOWN (sizeof(known) / sizeof(known[0]))

static int
get_column_member(struct schema_column *c, struct arena *a,
    const struct json *j, struct err *e)
{
	int r;

	switch (member_place(j, known, KNOWN)) {
	case 0:
		return get_type(c, j, e);
	case 1:
		return get_flag(&c->optional, j, e);
	case 2:
		return get_share(&c->min_fraction, j, e);
	case 3:
		return get_flag(&c->unique, j, e);
	case 4:
		return get_values(&c->values, &c->n_values, a, j, e);
	case 5:
		return get_values(&c->not_values, &c->n_not_values, a, j, e);
	case 6:
		return get_count(&c->has_min_length, &c->min_length, j, e);
	case 7:
		return get_count(&c->has_max_length, &c->max_length, j, e);
	case 8:
		return get_text(&c->pattern, a, j, e);
	case 9:
		return get_text(&c->not_pattern, a, j, e);
	case 10:
		return get_text(&c->when, a, j, e);
	case 11:
		return get_share(&c->mostly, j, e);
	case 12:
		return get_severity(&c->severity, j, e);
	case 13:
		return get_seen(c, j, e);
	case 14:
		return get_text(&c->label, a, j, e);
	case 15:
		return 0;
	default:
		r = get_bounds_member(&c->range, j, e);
		r = r > 0 ? get_aggregate(c, j, e) : r;
		return r > 0 ? unknown_member(j, known, KNOWN, e) : r;
	}
}

/* Members that only a column has, or only a rule. */
static int
check_place(const struct json *j, bool rule, struct err *e)
{
	static const char *const of_rule[] = { "name", "column" };
	static const char *const of_column[] = { "type", "optional", "seen" };

	for (const struct json *m = j->child; m != NULL; m = m->next) {
		if (!rule && member_place(m, of_rule, 2) < 2)
			return unknown_member(m, known, 14, e);
		if (rule && member_place(m, of_column, 3) < 3)
			return bad_member(m, "is said of the column, not in "
			    "a rule", e);
	}
	return 0;
}

int
get_column(struct schema_column *c, struct arena *a, const struct json *j,
    bool rule, struct err *e)
{
	const struct json *low = json_get(j, "min"), *type;

	if (check_place(j, rule, e) != 0)
		return -1;
	if ((type = json_get(j, "type")) != NULL && get_type(c, type, e) != 0)
		return -1;
	make_aggregates(c, a, j);
	for (const struct json *m = j->child; m != NULL; m = m->next)
		if (get_column_member(c, a, m, e) != 0)
			return -1;
	if (low == NULL)
		low = json_get(j, "max");
	if (low == NULL)
		low = json_get(j, "above");
	if (low == NULL)
		low = json_get(j, "below");
	if (low != NULL && col_type_is_text(c->type))
		return bad_member(low, "is for numbers and dates", e);
	if (check_bounds(&c->range, j, c->type == COL_DATETIME, e) != 0)
		return -1;
	if (c->has_min_length && c->has_max_length &&
	    c->min_length > c->max_length)
		return bad_member(json_get(j, "min_length"), "is more than "
		    "'max_length'", e);
	return 0;
}
