/*
 * The end of a check: the rules that are broken, in the schema's order and in
 * words.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "quality/check/internal.h"
#include "table/form.h"

#define SHOWN 100	/* bytes of a pattern or a condition in a message */

/* Hit, and by more of those looked at than `mostly` lets pass. */
static bool
rule_broken(const struct finding *f, double mostly)
{
	return f->hits > 0 && (mostly >= 1 || (double)(f->looked - f->hits) <
	    mostly * (double)f->looked);
}

static void
print_bound(char text[CLOCK_TEXT_MAX], bool date, const struct num *v)
{
	if (date)
		clock_print(text, v->i);
	else if (v->whole)
		num_print_i64(text, v->i);
	else
		num_print_f64(text, v->d);
}

/* "less than 3", "not above 3", "not from 3 to 5". */
static void
say_bounds(char *out, size_t room, const struct schema_bounds *b, bool date)
{
	char low[CLOCK_TEXT_MAX] = "", high[CLOCK_TEXT_MAX] = "";

	if (b->has_min)
		print_bound(low, date, &b->min);
	if (b->has_max)
		print_bound(high, date, &b->max);
	if (b->has_min && b->has_max)
		snprintf(out, room, "not from %s%s to %s%s", low, b->above ?
		    " (not itself)" : "", high, b->below ? " (not itself)" :
		    "");
	else if (b->has_min)
		snprintf(out, room, "%s %s", b->above ? "not above" :
		    "less than", low);
	else
		snprintf(out, room, "%s %s", b->below ? "not below" :
		    "more than", high);
}

static void
say_length(char *out, size_t room, const struct schema_column *c)
{
	if (c->has_min_length && c->has_max_length)
		snprintf(out, room, "length not from %lld to %lld",
		    (long long)c->min_length, (long long)c->max_length);
	else
		snprintf(out, room, "%s than %lld", c->has_min_length ?
		    "shorter" : "longer", (long long)(c->has_min_length ?
		    c->min_length : c->max_length));
}

static void
say_pattern(char *out, size_t room, const char *pattern, const char *verb)
{
	snprintf(out, room, "%s '%.*s'", verb, (int)utf8_cut(pattern,
	    strlen(pattern), SHOWN), pattern);
}

/* What a column's rule asks for. */
static void
say_rule(struct finding *f, const struct schema_column *c)
{
	size_t room = sizeof(f->what);

	if (f->rule == CHECK_TYPE)
		snprintf(f->what, room, "cannot be read as %s",
		    type_word(c->type, c->form));
	else if (f->rule == CHECK_RANGE)
		say_bounds(f->what, room, &c->range,
		    c->type == COL_DATETIME);
	else if (f->rule == CHECK_VALUES && c->values == NULL)
		snprintf(f->what, room, "among the %zu values that may not be",
		    c->n_not_values);
	else if (f->rule == CHECK_VALUES)
		snprintf(f->what, room, "not among the %zu values",
		    c->n_values);
	else if (f->rule == CHECK_LENGTH)
		say_length(f->what, room, c);
	else if (f->rule == CHECK_PATTERN && c->pattern == NULL)
		say_pattern(f->what, room, c->not_pattern, "matches");
	else if (f->rule == CHECK_PATTERN)
		say_pattern(f->what, room, c->pattern, "does not match");
	else
		snprintf(f->what, room, "seen before");
}

/* The rows that counted. */
static void
say_when(struct finding *f, const char *when)
{
	size_t n = strlen(f->what);

	if (when != NULL)
		snprintf(f->what + n, sizeof(f->what) - n, ", where %.*s",
		    (int)utf8_cut(when, strlen(when), SHOWN), when);
}

static const char *
anomaly_of_type(enum col_type type)
{
	return type == COL_INT64 ? "INT_TYPE_NOT_INT_STRING" :
	    type == COL_FLOAT64 ? "FLOAT_TYPE_STRING_NOT_FLOAT" :
	    type == COL_BOOL ? "BOOL_TYPE_UNEXPECTED_STRING" :
	    "UNEXPECTED_DATA_TYPE";
}

/* By the first value that is shown. */
static const char *
anomaly_of_range(const struct finding *f, const struct schema_column *c)
{
	bool whole = c->type == COL_INT64, low;
	struct num v;

	if ((c->type != COL_INT64 && c->type != COL_FLOAT64) ||
	    f->examples == 0)
		return NULL;
	low = c->range.has_min && num_parse(f->example[0],
	    strlen(f->example[0]), &v) && num_order(&v, &c->range.min) <= 0;
	if (low)
		return whole ? "INT_TYPE_SMALL_INT" : "FLOAT_TYPE_SMALL_FLOAT";
	return whole ? "INT_TYPE_BIG_INT" : "FLOAT_TYPE_BIG_FLOAT";
}

static const char *
anomaly_of(const struct finding *f, const struct schema_column *c)
{
	switch (f->rule) {
	case CHECK_TYPE:
		return anomaly_of_type(c->type);
	case CHECK_RANGE:
		return anomaly_of_range(f, c);
	case CHECK_VALUES:
		return c->values != NULL ?
		    "ENUM_TYPE_UNEXPECTED_STRING_VALUES" : NULL;
	case CHECK_UNIQUE:
		return "FEATURE_TYPE_LOW_UNIQUE";
	default:
		return NULL;
	}
}

/* ---- columns ---- */

static void
conclude_missing(struct checker *k, struct checked_column *w)
{
	const struct schema_column *c = w->c;
	double present = (double)(w->rows - w->missing);
	struct finding *f;

	if (!k->there[w->at] || w->rows == 0 ||
	    present >= c->min_fraction * (double)w->rows)
		return;
	f = column_finding(w, CHECK_MISSING);
	f->hits = w->missing;
	f->looked = w->rows;
	f->anomaly = present == 0 ? "FEATURE_TYPE_NOT_PRESENT" :
	    "FEATURE_TYPE_LOW_FRACTION_PRESENT";
	snprintf(f->what, sizeof(f->what), "%.4g of the rows have a value, "
	    "less than %.4g", present / (double)w->rows, c->min_fraction);
	say_when(f, c->when);
	keep_finding(k->out, f);
}

static const char *
anomaly_of_aggregate(const struct schema_aggregate *g, bool low)
{
	if (g->of == AGGREGATE_DISTINCT || g->of == AGGREGATE_DISTINCT_SHARE)
		return low ? "FEATURE_TYPE_LOW_UNIQUE" :
		    "FEATURE_TYPE_HIGH_UNIQUE";
	return g->of == AGGREGATE_MISSING ?
	    "FEATURE_TYPE_LOW_FRACTION_PRESENT" : NULL;
}

/* One of the column as a whole: kept where there is nothing to be said of. */
static int
conclude_aggregate(struct checker *k, struct checked_column *w,
    const struct schema_aggregate *g, struct err *e)
{
	const struct schema_bounds *b = &g->bounds;
	char value[CLOCK_TEXT_MAX], bounds[100], name[NUM_TEXT_MAX];
	struct finding f;
	struct num v;
	int failed = 0, low, high;
	bool date;

	if (!tally_value(&v, w->tally, g, &failed, e))
		return failed;
	low = b->has_min ? num_order(&v, &b->min) : 1;
	high = b->has_max ? num_order(&v, &b->max) : -1;
	if (low >= (b->above ? 1 : 0) && high <= (b->below ? -1 : 0))
		return 0;
	date = w->c->type == COL_DATETIME && !aggregate_of_text(g->of);
	snprintf(name, sizeof(name), "%s", aggregate_word(g->of));
	if (g->of == AGGREGATE_QUANTILE)
		snprintf(name, sizeof(name), "quantile %.6g", g->at);
	if (date || v.whole)
		print_bound(value, date, &v);
	else
		snprintf(value, sizeof(value), "%.15g", v.d);
	say_bounds(bounds, sizeof(bounds), b, date);
	finding_init(&f, CHECK_AGGREGATE, w->c->name, w->c->severity);
	f.hits = 1;
	f.looked = w->looked;
	f.anomaly = anomaly_of_aggregate(g, low < (b->above ? 1 : 0));
	snprintf(f.what, sizeof(f.what), "%s is %s, %.100s", name, value, bounds);
	say_when(&f, w->c->when);
	keep_finding(k->out, &f);
	return 0;
}

static int
conclude_column(struct checker *k, struct checked_column *w, struct err *e)
{
	const struct schema_column *c = w->c;
	struct finding *f;

	conclude_missing(k, w);
	for (size_t i = CHECK_TYPE; i <= CHECK_UNIQUE; i++) {
		if ((f = w->f[i]) == NULL)
			continue;
		f->looked = w->looked;
		if (!rule_broken(f, i == CHECK_UNIQUE ? 1 : c->mostly))
			continue;
		say_rule(f, c);
		say_when(f, c->when);
		f->anomaly = anomaly_of(f, c);
		keep_finding(k->out, f);
	}
	for (size_t i = 0; i < c->aggregates; i++)
		if (conclude_aggregate(k, w, &c->aggregate[i], e) != 0)
			return -1;
	return 0;
}

/* ---- the table ---- */

static void
check_absent(struct checker *k)
{
	struct finding *absent = &k->whole[CHECK_ABSENT];

	for (size_t i = 0; i < k->s->cols; i++) {
		const struct schema_column *c = &k->s->col[i];

		if (k->there[i] || c->optional)
			continue;
		absent->hits++;
		finding_example(absent, c->name, strlen(c->name));
	}
}

static void
conclude_rows(struct checker *k)
{
	struct finding *f = &k->whole[CHECK_ROW_COUNT];
	const struct schema *s = k->s;
	int64_t rows = (int64_t)k->out->rows;
	bool few = s->has_min_rows && rows < s->min_rows;

	if (!few && !(s->has_max_rows && rows > s->max_rows))
		return;
	f->hits = f->looked = k->out->rows;
	f->anomaly = few ? "DATASET_LOW_NUM_EXAMPLES" :
	    "DATASET_HIGH_NUM_EXAMPLES";
	snprintf(f->what, sizeof(f->what), "%lld rows, %s than %lld",
	    (long long)rows, few ? "fewer" : "more", (long long)(few ?
	    s->min_rows : s->max_rows));
	keep_finding(k->out, f);
}

/* Columns that are absent, new or in another order, and too many rows. */
static void
conclude_table(struct checker *k)
{
	static const struct {
		const char *what, *anomaly;
	} rule[] = { { "columns that are not there", "SCHEMA_MISSING_COLUMN" },
	    { "columns the schema does not know", "SCHEMA_NEW_COLUMN" },
	    { "columns in another order", NULL } };
	struct finding *f;

	/* JSON Lines name no columns: without a row nobody knows */
	if (k->named || k->out->rows > 0)
		check_absent(k);
	for (size_t i = 0; i < CHECK_ROW_COUNT; i++) {
		f = &k->whole[i];
		if (f->hits == 0)
			continue;
		f->anomaly = rule[i].anomaly;
		snprintf(f->what, sizeof(f->what), "%s", rule[i].what);
		keep_finding(k->out, f);
	}
	conclude_rows(k);
	if (k->out->broken > 0) {
		f = &k->whole[CHECK_BROKEN];
		f->looked = k->out->rows;
		snprintf(f->what, sizeof(f->what), "cannot be cut into cells");
		keep_finding(k->out, f);
	}
}

static void
conclude_key(struct checker *k, size_t i)
{
	struct checked_key *key = &k->key[i];
	const struct schema_reference *r = i < k->keys ? NULL :
	    &k->s->reference[i - k->keys];

	if (!rule_broken(&key->f, key->mostly))
		return;
	if (r == NULL)
		snprintf(key->f.what, sizeof(key->f.what),
		    "together seen before");
	else
		snprintf(key->f.what, sizeof(key->f.what), "not in '%.80s'",
		    r->data);
	say_when(&key->f, r != NULL ? r->when : k->s->key[i].when);
	keep_finding(k->out, &key->f);
}

static int
conclude_freshness(struct checker *k, size_t i, struct err *e)
{
	const struct schema_freshness *f = &k->s->fresh[i];
	char newest[CLOCK_TEXT_MAX], now[CLOCK_TEXT_MAX];
	struct finding out;

	if (!k->in->has_now)
		return err_set(e, ERR_USAGE, "freshness of '%s': nobody says "
		    "what time it is", f->column);
	if (k->newest[i] != INT64_MIN && k->in->now - k->newest[i] <= f->most)
		return 0;
	finding_init(&out, CHECK_FRESHNESS, f->column, f->severity);
	out.hits = 1;
	out.looked = k->out->rows;
	clock_print(newest, k->newest[i]);
	clock_print(now, k->in->now);
	if (k->newest[i] == INT64_MIN)
		snprintf(out.what, sizeof(out.what), "no date at all");
	else
		snprintf(out.what, sizeof(out.what), "the newest is %s, more "
		    "than %s before %s", newest, f->age, now);
	keep_finding(k->out, &out);
	return 0;
}

int
conclude_check(struct checker *k, struct err *e)
{
	const struct schema *s = k->s;
	struct finding *f;

	k->out->seen = xalloc(k->n_col + 1, sizeof(*k->out->seen));
	for (size_t i = 0; i < k->n_col; i++)
		k->out->seen[i] = (struct check_seen){ k->col[i].looked,
		    k->col[i].missing };
	conclude_table(k);
	for (size_t i = 0; i < s->cols; i++)
		if (conclude_column(k, &k->col[i], e) != 0)
			return -1;
	for (size_t i = 0; i < k->n_key; i++)
		conclude_key(k, i);
	for (size_t i = 0; i < s->freshs; i++)
		if (conclude_freshness(k, i, e) != 0)
			return -1;
	conclude_trend(k);
	for (size_t i = 0; i < s->rules; i++) {
		f = &k->rule[i].f;
		if (!rule_broken(f, s->rule[i].mostly))
			continue;
		snprintf(f->what, sizeof(f->what), "does not hold");
		say_when(f, s->rule[i].when);
		keep_finding(k->out, f);
	}
	for (size_t i = s->cols; i < k->n_col; i++)
		if (conclude_column(k, &k->col[i], e) != 0)
			return -1;
	return 0;
}
