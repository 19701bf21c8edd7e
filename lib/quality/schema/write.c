/*
 * A schema as a JSON or YAML tree: members at their default are left out.
 */
#include "quality/schema.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "table/form.h"

static void
put_bound(struct arena *a, struct json *m, const char *key, bool date,
    const struct num *v)
{
	char text[CLOCK_TEXT_MAX];

	if (date) {
		clock_print(text, v->i);
		json_add_text(a, m, key, text);
	} else if (v->whole) {
		json_add_int(a, m, key, v->i);
	} else if (v->d == floor(v->d) && fabs(v->d) < 0x1p53) {
		json_add_int(a, m, key, (int64_t)v->d);
	} else {
		json_add_num(a, m, key, v->d);
	}
}

static void
put_bounds(struct arena *a, struct json *m, bool date,
    const struct schema_bounds *b)
{
	if (b->has_min)
		put_bound(a, m, b->above ? "above" : "min", date, &b->min);
	if (b->has_max)
		put_bound(a, m, b->below ? "below" : "max", date, &b->max);
}

static void
put_words(struct arena *a, struct json *to, const char *key,
    const char *const *v, size_t n)
{
	struct json *list = json_add_list(a, to, key);

	for (size_t i = 0; i < n; i++)
		json_add_text(a, list, NULL, v[i]);
}

static void
put_aggregate(struct arena *a, struct json *m, const struct schema_column *c,
    const struct schema_aggregate *g)
{
	const char *word = aggregate_word(g->of);
	bool date = c->type == COL_DATETIME && g->of != AGGREGATE_DISTINCT &&
	    g->of != AGGREGATE_DISTINCT_SHARE && g->of != AGGREGATE_MISSING;
	const struct json *old = json_get(m, word);
	char at[NUM_TEXT_MAX];
	struct json *to;

	if (g->of == AGGREGATE_QUANTILE) {
		to = old != NULL ? (struct json *)(uintptr_t)old :
		    json_add_map(a, m, word);
		num_print_f64(at, g->at);
		to = json_add_map(a, to, at);
	} else {
		to = json_add_map(a, m, word);
	}
	put_bounds(a, to, date, &g->bounds);
}

static void
put_hold(struct arena *a, struct json *m, const char *when, double mostly,
    enum severity severity)
{
	if (when != NULL)
		json_add_text(a, m, "when", when);
	if (mostly != 1)
		json_add_num(a, m, "mostly", mostly);
	if (severity == SEVERITY_WARN)
		json_add_text(a, m, "severity", "warn");
}

/* Of a column, or of a rule about one. */
static void
put_column(struct arena *a, struct json *m, const struct schema_column *c,
    bool rule)
{
	struct json *seen;

	if (!rule)
		json_add_text(a, m, "type", type_word(c->type, c->form));
	if (c->optional)
		json_add_bool(a, m, "optional", true);
	if (!rule || c->min_fraction > 0)
		json_add_num(a, m, "min_fraction", c->min_fraction);
	if (c->unique)
		json_add_bool(a, m, "unique", true);
	put_bounds(a, m, c->type == COL_DATETIME, &c->range);
	if (c->values != NULL)
		put_words(a, m, "values", c->values, c->n_values);
	if (c->not_values != NULL)
		put_words(a, m, "not_values", c->not_values, c->n_not_values);
	if (c->has_min_length)
		json_add_int(a, m, "min_length", c->min_length);
	if (c->has_max_length)
		json_add_int(a, m, "max_length", c->max_length);
	if (c->pattern != NULL)
		json_add_text(a, m, "pattern", c->pattern);
	if (c->not_pattern != NULL)
		json_add_text(a, m, "not_pattern", c->not_pattern);
	for (size_t i = 0; i < c->aggregates; i++)
		put_aggregate(a, m, c, &c->aggregate[i]);
	put_hold(a, m, c->when, c->mostly, c->severity);
	if (isnan(c->missing) && isnan(c->distinct))
		return;
	seen = json_add_map(a, m, "seen");
	if (!isnan(c->missing))
		json_add_num(a, seen, "missing", c->missing);
	if (!isnan(c->distinct))
		json_add_int(a, seen, "distinct", (int64_t)c->distinct);
}

static void
put_keys(struct arena *a, struct json *m, const struct schema *s)
{
	struct json *list, *j;

	if (s->keys == 0)
		return;
	list = json_add_list(a, m, "unique");
	for (size_t i = 0; i < s->keys; i++) {
		const struct schema_key *k = &s->key[i];

		if (k->when == NULL && k->mostly == 1 &&
		    k->skip == KEY_SKIP_ANY &&
		    k->severity == SEVERITY_ERROR) {
			put_words(a, list, NULL, k->columns, k->n);
			continue;
		}
		j = json_add_map(a, list, NULL);
		put_words(a, j, "columns", k->columns, k->n);
		if (k->skip != KEY_SKIP_ANY)
			json_add_text(a, j, "skip", k->skip == KEY_SKIP_ALL ?
			    "all" : "none");
		put_hold(a, j, k->when, k->mostly, k->severity);
	}
}

static void
put_references(struct arena *a, struct json *m, const struct schema *s)
{
	struct json *list, *j;

	if (s->references == 0)
		return;
	list = json_add_list(a, m, "references");
	for (size_t i = 0; i < s->references; i++) {
		const struct schema_reference *r = &s->reference[i];

		j = json_add_map(a, list, NULL);
		put_words(a, j, "columns", r->columns, r->n);
		json_add_text(a, j, "data", r->data);
		put_words(a, j, "to", r->to, r->n);
		put_hold(a, j, r->when, r->mostly, r->severity);
	}
}

static void
put_freshness(struct arena *a, struct json *m, const struct schema *s)
{
	struct json *list, *j;

	if (s->freshs == 0)
		return;
	list = json_add_list(a, m, "freshness");
	for (size_t i = 0; i < s->freshs; i++) {
		j = json_add_map(a, list, NULL);
		json_add_text(a, j, "column", s->fresh[i].column);
		json_add_text(a, j, "max_age", s->fresh[i].age);
		put_hold(a, j, NULL, 1, s->fresh[i].severity);
	}
}

static void
put_trend(struct arena *a, struct json *m, const struct schema_trend *t)
{
	struct json *j;

	if (t->profile == NULL)
		return;
	j = json_add_map(a, m, "trend");
	json_add_text(a, j, "profile", t->profile);
	json_add_int(a, j, "last", t->last);
	if (!isnan(t->rows))
		json_add_num(a, j, "rows", t->rows);
	if (!isnan(t->mean))
		json_add_num(a, j, "mean", t->mean);
	if (!isnan(t->missing))
		json_add_num(a, j, "missing", t->missing);
	put_hold(a, j, NULL, 1, t->severity);
}

static void
put_rules(struct arena *a, struct json *m, const struct schema *s)
{
	struct json *list, *j;

	if (s->rules + s->ons == 0)
		return;
	list = json_add_list(a, m, "rules");
	for (size_t i = 0; i < s->rules; i++) {
		const struct schema_rule *r = &s->rule[i];

		j = json_add_map(a, list, NULL);
		if (r->name != NULL)
			json_add_text(a, j, "name", r->name);
		json_add_text(a, j, "expr", r->expr);
		put_hold(a, j, r->when, r->mostly, r->severity);
	}
	for (size_t i = 0; i < s->ons; i++) {
		j = json_add_map(a, list, NULL);
		if (s->on[i].label != NULL)
			json_add_text(a, j, "name", s->on[i].label);
		json_add_text(a, j, "column", s->on[i].name);
		put_column(a, j, &s->on[i], true);
	}
}

struct json *
schema_json(struct arena *a, const struct schema *s)
{
	struct json *m = json_new(a, JSON_MAP), *j;

	json_add_text(a, m, "schema", "mlv.schema/1");
	j = table_opts_json(a, &s->read);
	if (j->n > 0)
		json_add(a, m, "read", j);
	if (s->has_min_rows || s->has_max_rows) {
		j = json_add_map(a, m, "rows");
		if (s->has_min_rows)
			json_add_int(a, j, "min", s->min_rows);
		if (s->has_max_rows)
			json_add_int(a, j, "max", s->max_rows);
		put_hold(a, j, NULL, 1, s->rows_severity);
	}
	json_add_bool(a, m, "ordered", s->ordered);
	json_add_bool(a, m, "extra", s->extra);
	j = json_add_map(a, m, "columns");
	for (size_t i = 0; i < s->cols; i++)
		put_column(a, json_add_map(a, j, s->col[i].name), &s->col[i],
		    false);
	put_keys(a, m, s);
	put_references(a, m, s);
	put_freshness(a, m, s);
	put_trend(a, m, &s->trend);
	put_rules(a, m, s);
	return m;
}
