/* Expectations about one column: its cells, or all of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "quality/foreign/expectation.h"

#define NO_BOUNDS "bounds that are neither numbers nor dates, or not in order"

/* Bounds of both ends into m.  What they are of, or NULL: neither numbers nor
 * dates. */
static const char *
put_bounds(const struct expectation *x, struct json *m)
{
	const struct json *low = member(x, "min_value");
	const struct json *high = member(x, "max_value");
	const char *type = NULL;

	for (int i = 0; i < 2; i++) {
		const struct json *j = i ? high : low;
		const char *is;

		if (j == NULL)
			continue;
		is = is_number(j) ? "float64" : is_date(j) ? "datetime" : NULL;
		if (is == NULL || (type != NULL && strcmp(is, type) != 0))
			return NULL;
		type = is;
	}
	if (low != NULL && high != NULL && is_number(low) && low->d > high->d)
		return NULL;
	if (low != NULL && m != NULL)
		copy_value(x->f, m, json_bool(x->in, "strict_min", false) ?
		    "above" : "min", low);
	if (high != NULL && m != NULL)
		copy_value(x->f, m, json_bool(x->in, "strict_max", false) ?
		    "below" : "max", high);
	return type;
}

/* ---- cells ---- */

static int
values_between(const struct expectation *x)
{
	const char *type = put_bounds(x, NULL);

	if (type == NULL)
		return cannot(x, NO_BOUNDS);
	(void)put_bounds(x, add_rule(x, type, true));
	return 0;
}

static int
not_null(const struct expectation *x)
{
	struct json *m = add_rule(x, NULL, false);

	json_add_num(x->f->a, m, "min_fraction", mostly_of(x));
	return 0;
}

static int
all_null(const struct expectation *x)
{
	struct json *m = add_rule(x, NULL, false);

	m = json_add_map(x->f->a, m, "missing");
	json_add_num(x->f->a, m, "min", mostly_of(x));
	return 0;
}

static int
unique(const struct expectation *x)
{
	if (mostly_of(x) != 1)
		return cannot(x, "'mostly': there each of several counts, "
		    "here all but the first");
	json_add_bool(x->f->a, add_rule(x, NULL, false), "unique", true);
	return 0;
}

/* Texts are compared by their bytes, anything else by value. */
static int
value_set(const struct expectation *x, bool in)
{
	const struct json *list = member(x, "value_set");
	bool texts = true;
	size_t values = 0;
	struct json *m;
	struct buf b;

	if (list == NULL)
		return 0;
	if (list->type != JSON_LIST)
		return cannot(x, "values that are no list");
	for (const struct json *v = list->child; v != NULL; v = v->next) {
		values += v->type != JSON_NULL;
		texts &= v->type == JSON_NULL || (v->type == JSON_TEXT &&
		    !is_date(v));
	}
	if (values == 0)
		return in ? cannot(x, "no values") : 0;
	if (texts) {
		m = json_add_list(x->f->a, add_rule(x, NULL, true), in ?
		    "values" : "not_values");
		for (const struct json *v = list->child; v; v = v->next)
			copy_value(x->f, m, NULL, v);
		return 0;
	}
	buf_init(&b, BUF_CAP_SMALL);
	buf_addf(&b, "%s%s (", quoted_name(x->f->a, x->column), in ? " in" :
	    " not in");
	for (const struct json *v = list->child; v != NULL; v = v->next) {
		if (v->type == JSON_NULL)
			continue;
		add_literal(&b, v);
		buf_adds(&b, --values > 0 ? ", " : "");
	}
	buf_addc(&b, ')');
	(void)need_column(x->f, x->column, NULL);
	add_condition(x, b.data);
	text_free(x->f, &b);
	return 0;
}

static int
lengths(const struct expectation *x)
{
	const struct json *low = member(x, "min_value"), *v = member(x,
	    "value");
	const struct json *high = member(x, "max_value");
	struct json *m;

	low = v != NULL ? v : low;
	high = v != NULL ? v : high;
	if ((low != NULL && (!is_number(low) || low->d < 0 || low->d !=
	    (double)(int64_t)low->d)) || (high != NULL && (!is_number(high) ||
	    high->d < 0 || high->d != (double)(int64_t)high->d)) ||
	    (low != NULL && high != NULL && low->d > high->d))
		return cannot(x, "not whole numbers, or not in order");
	m = add_rule(x, NULL, true);
	if (low != NULL)
		json_add_int(x->f->a, m, "min_length", (int64_t)low->d +
		    json_bool(x->in, "strict_min", false));
	if (high != NULL)
		json_add_int(x->f->a, m, "max_length", (int64_t)high->d -
		    json_bool(x->in, "strict_max", false));
	return 0;
}

/* ---- patterns ---- */

/* Found anywhere in the value, or all of it. */
static void
add_pattern(struct buf *b, const char *regex, bool like)
{
	buf_adds(b, b->len ? "|" : "");
	if (!like) {
		buf_addf(b, "(?s:.*?)(?:%s)(?s:.*)", regex);
		return;
	}
	buf_adds(b, "(?s:");
	for (; *regex != '\0'; regex++) {
		if (*regex == '%')
			buf_adds(b, ".*");
		else if (*regex == '_')
			buf_addc(b, '.');
		else if (strchr("\\^$.|?*+()[]{}", *regex) != NULL)
			buf_addf(b, "\\%c", *regex);
		else
			buf_addc(b, *regex);
	}
	buf_addc(b, ')');
}

static void
put_pattern(const struct expectation *x, const char *pattern, bool wanted)
{
	json_add_text(x->f->a, add_rule(x, NULL, true), wanted ? "pattern" :
	    "not_pattern", pattern);
}

static int
one_pattern(const struct expectation *x, const char *key, bool like,
    bool wanted)
{
	const char *regex = json_text(x->in, key, NULL);
	struct buf b;

	if (regex == NULL)
		return cannot(x, "no pattern");
	buf_init(&b, BUF_CAP_SMALL);
	add_pattern(&b, regex, like);
	put_pattern(x, b.data, wanted);
	text_free(x->f, &b);
	return 0;
}

/* Any of several: one alternation; all of them: a rule each. */
static int
patterns(const struct expectation *x, const char *key, bool like, bool wanted)
{
	const struct json *list = member(x, key);
	bool all = wanted && strcmp(json_text(x->in, "match_on", "any"),
	    "all") == 0;
	struct buf b;

	if (list == NULL || list->type != JSON_LIST || list->n == 0)
		return cannot(x, "no list of patterns");
	if (all && mostly_of(x) != 1)
		return cannot(x, "'mostly' of all patterns");
	buf_init(&b, BUF_CAP_SMALL);
	for (const struct json *r = list->child; r != NULL; r = r->next) {
		if (r->type != JSON_TEXT) {
			text_free(x->f, &b);
			return cannot(x, "a pattern that is no text");
		}
		add_pattern(&b, r->s, like);
		if (all) {
			put_pattern(x, b.data, true);
			buf_clear(&b);
		}
	}
	if (!all)
		put_pattern(x, b.data, wanted);
	text_free(x->f, &b);
	return 0;
}

/* ---- types ---- */

static const char *
type_of_word(const char *word)
{
	static const struct {
		const char *word, *type;
	} known[] = {
		{ "int", "int64" }, { "int64", "int64" }, { "int32", "int64" },
		{ "Int64", "int64" }, { "INTEGER", "int64" },
		{ "BIGINT", "int64" }, { "LongType", "int64" },
		{ "IntegerType", "int64" }, { "INT", "int64" },
		{ "float", "float64" }, { "float64", "float64" },
		{ "FLOAT", "float64" }, { "DOUBLE", "float64" },
		{ "DoubleType", "float64" }, { "DOUBLE_PRECISION", "float64" },
		{ "FloatType", "float64" }, { "NUMERIC", "float64" },
		{ "bool", "boolean" }, { "BOOLEAN", "boolean" },
		{ "BooleanType", "boolean" }, { "boolean", "boolean" },
		{ "str", "text" }, { "string", "text" }, { "object", "text" },
		{ "VARCHAR", "text" }, { "TEXT", "text" },
		{ "StringType", "text" }, { "object_", "text" },
		{ "datetime", "datetime" }, { "datetime64", "datetime" },
		{ "datetime64[ns]", "datetime" }, { "DATETIME", "datetime" },
		{ "TIMESTAMP", "datetime" }, { "TimestampType", "datetime" },
		{ "DATE", "datetime" }, { "DateType", "datetime" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].word, word) == 0)
			return known[i].type;
	return NULL;
}

static int
of_type(const struct expectation *x)
{
	const char *word = json_text(x->in, "type_", NULL);
	const char *type = word != NULL ? type_of_word(word) : NULL;

	if (type == NULL)
		return cannot(x, "a type that is none of ours");
	(void)need_column(x->f, x->column, type);
	return 0;
}

/* Words of one type, as each database has its own. */
static int
of_types(const struct expectation *x)
{
	const struct json *list = member(x, "type_list");
	const char *type = NULL, *one;

	for (const struct json *w = list ? list->child : NULL; w; w = w->next) {
		one = w->type == JSON_TEXT ? type_of_word(w->s) : NULL;
		if (one == NULL || (type != NULL && strcmp(one, type) != 0))
			return cannot(x, "types that are none or several of "
			    "ours");
		type = one;
	}
	if (type == NULL)
		return cannot(x, "no types");
	(void)need_column(x->f, x->column, type);
	return 0;
}

/* ---- columns as a whole ---- */

static int
aggregate(const struct expectation *x, const char *word)
{
	const char *type = put_bounds(x, NULL);
	bool counts = strncmp(word, "distinct", 8) == 0;
	struct json *m;

	if (type == NULL)
		return cannot(x, NO_BOUNDS);
	m = add_rule(x, counts ? NULL : type, false);
	(void)put_bounds(x, json_add_map(x->f->a, m, word));
	/* of no values there is none, which there is a failure */
	if (!counts && strcmp(word, "sum") != 0)
		json_add_int(x->f->a, json_add_map(x->f->a, m, "distinct"),
		    "min", 1);
	return 0;
}

static int
quantiles(const struct expectation *x)
{
	const struct json *q = member(x, "quantile_ranges"), *at, *range;
	struct json *m, *to;
	char text[NUM_TEXT_MAX];

	at = q != NULL ? json_get(q, "quantiles") : NULL;
	range = q != NULL ? json_get(q, "value_ranges") : NULL;
	if (at == NULL || range == NULL || at->n != range->n)
		return cannot(x, "no ranges");
	at = at->child;
	range = range->child;
	for (const struct json *r = range, *p = at; r != NULL && p != NULL;
	    r = r->next, p = p->next)
		if (!is_number(p) || r->type != JSON_LIST || r->n != 2)
			return cannot(x, "ranges that are no two bounds of a "
			    "quantile");
	m = json_add_map(x->f->a, add_rule(x, "float64", false), "quantiles");
	for (; at != NULL && range != NULL; at = at->next,
	    range = range->next) {
		num_print_f64(text, at->d);
		if (!is_number(range->child) && !is_number(range->child->next))
			continue;
		to = json_add_map(x->f->a, m, arena_strdup(x->f->a, text));
		if (is_number(range->child))
			copy_value(x->f, to, "min", range->child);
		if (is_number(range->child->next))
			copy_value(x->f, to, "max", range->child->next);
	}
	return 0;
}

static int
carry_pattern(const struct expectation *x, const char *t)
{
	bool wanted = strncmp(t, "not_", 4) != 0;

	t += wanted ? 0 : 4;
	if (strcmp(t, "match_regex") == 0)
		return one_pattern(x, "regex", false, wanted);
	if (strcmp(t, "match_like_pattern") == 0)
		return one_pattern(x, "like_pattern", true, wanted);
	if (strcmp(t, "match_regex_list") == 0)
		return patterns(x, "regex_list", false, wanted);
	if (strcmp(t, "match_like_pattern_list") == 0)
		return patterns(x, "like_pattern_list", true, wanted);
	return 1;
}

static int
carry_values(const struct expectation *x, const char *t)
{
	if (strcmp(t, "be_between") == 0)
		return values_between(x);
	if (strcmp(t, "not_be_null") == 0)
		return not_null(x);
	if (strcmp(t, "be_null") == 0)
		return all_null(x);
	if (strcmp(t, "be_unique") == 0)
		return unique(x);
	if (strcmp(t, "be_in_set") == 0)
		return value_set(x, true);
	if (strcmp(t, "not_be_in_set") == 0)
		return value_set(x, false);
	if (strcmp(t, "be_of_type") == 0)
		return of_type(x);
	if (strcmp(t, "be_in_type_list") == 0)
		return of_types(x);
	return carry_pattern(x, t);
}

int
carry_column(const struct expectation *x, const char *t)
{
	static const struct {
		const char *name, *word;
	} aggregates[] = { { "mean", "mean" }, { "median", "median" },
	    { "stdev", "stdev" }, { "sum", "sum" }, { "min", "least" },
	    { "max", "greatest" }, { "unique_value_count", "distinct" },
	    { "proportion_of_unique_values", "distinct_share" } };
	char name[80];

	if (strncmp(t, "values_to_", 10) == 0)
		return carry_values(x, t + 10);
	if (strcmp(t, "value_lengths_to_be_between") == 0 ||
	    strcmp(t, "value_lengths_to_equal") == 0)
		return lengths(x);
	if (strcmp(t, "quantile_values_to_be_between") == 0)
		return quantiles(x);
	if (strcmp(t, "distinct_values_to_be_in_set") == 0)
		return value_set(x, true);
	for (size_t i = 0; i < sizeof(aggregates) / sizeof(aggregates[0]);
	    i++) {
		snprintf(name, sizeof(name), "%s_to_be_between",
		    aggregates[i].name);
		if (strcmp(t, name) == 0)
			return aggregate(x, aggregates[i].word);
	}
	return 1;
}
