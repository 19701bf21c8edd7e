/* Expectations about the table, or about several columns. */
#include <string.h>

#include "quality/foreign/expectation.h"

/* ---- the table ---- */

static int
row_count(const struct expectation *x)
{
	const struct json *low = member(x, "min_value"), *v = member(x,
	    "value");
	const struct json *high = member(x, "max_value");
	struct json *m;

	if (json_get(x->f->top, "rows") != NULL)
		return cannot(x, "rows are counted twice");
	low = v != NULL ? v : low;
	high = v != NULL ? v : high;
	if (low == NULL && high == NULL)
		return 0;
	if ((low != NULL && low->type != JSON_INT) || (high != NULL &&
	    high->type != JSON_INT))
		return cannot(x, "not a whole number");
	m = json_add_map(x->f->a, x->f->top, "rows");
	if (low != NULL)
		json_add_int(x->f->a, m, "min", low->i +
		    json_bool(x->in, "strict_min", false));
	if (high != NULL)
		json_add_int(x->f->a, m, "max", high->i -
		    json_bool(x->in, "strict_max", false));
	return 0;
}

static void
set_flag(struct foreign *f, const char *name, bool v)
{
	struct json *j = (struct json *)(uintptr_t)json_get(f->top, name);

	if (j != NULL)
		j->b = v;
	else
		json_add_bool(f->a, f->top, name, v);
}

/* Columns of a list are there; in order, and no others, if asked. */
static int
columns_listed(const struct expectation *x, const char *key, bool ordered,
    bool exact)
{
	const struct json *list = member(x, key);

	if (list == NULL)
		return exact ? cannot(x, "no columns") : 0;
	if (ordered && x->f->columns->n > 0)
		return cannot(x, "say it before the columns");
	for (const struct json *c = list->child; c != NULL; c = c->next)
		if (c->type == JSON_TEXT)
			(void)need_column(x->f, c->s, NULL);
	if (ordered)
		set_flag(x->f, "ordered", true);
	if (exact)
		set_flag(x->f, "extra", false);
	return 0;
}

static int
column_exists(const struct expectation *x)
{
	if (member(x, "column_index") != NULL)
		return cannot(x, "a column at a certain place");
	(void)need_column(x->f, x->column, NULL);
	return 0;
}

/* ---- several columns ---- */

static const char *
name_of(const struct expectation *x, const char *key)
{
	const char *name = json_text(x->in, key, NULL);

	if (name == NULL)
		return NULL;
	(void)need_column(x->f, name, NULL);
	return quoted_name(x->f->a, name);
}

/* ... of rows where another holds, too. */
static void
add_condition_where(const struct expectation *x, const char *expr,
    const char *when)
{
	struct expectation with = *x;

	with.when = x->when == NULL ? when : arena_printf(x->f->a,
	    "(%s) and %s", x->when, when);
	add_condition(&with, expr);
}

/* A condition on two columns, with what is said of rows that lack one. */
static int
pair(const struct expectation *x, const char *condition)
{
	const char *ignore = json_text(x->in, "ignore_row_if",
	    "both_values_are_missing");
	const char *a = name_of(x, "column_A");
	const char *b = name_of(x, "column_B");

	if (a == NULL || b == NULL)
		return cannot(x, "no columns");
	if (strcmp(ignore, "either_value_is_missing") == 0)
		add_condition_where(x, condition, arena_printf(x->f->a,
		    "%s is not null and %s is not null", a, b));
	else if (strcmp(ignore, "neither") == 0 || strcmp(ignore, "never") == 0)
		add_condition(x, arena_printf(x->f->a, "%s is not null and %s "
		    "is not null and (%s)", a, b, condition));
	else if (mostly_of(x) != 1)
		return cannot(x, "'mostly' of rows where both may be missing");
	else
		add_condition(x, arena_printf(x->f->a, "(%s is null and %s is "
		    "null) or (%s is not null and %s is not null and (%s))",
		    a, b, a, b, condition));
	return 0;
}

static int
pair_compared(const struct expectation *x, const char *op)
{
	const char *a = json_text(x->in, "column_A", "");
	const char *b = json_text(x->in, "column_B", "");

	/* as numbers, where both read as such, whatever the columns' type */
	return pair(x, arena_printf(x->f->a, "coalesce(`%s` - `%s` %s 0, `%s` "
	    "%s `%s`)", a, b, op, a, op, b));
}

static int
pair_in_set(const struct expectation *x)
{
	const struct json *list = member(x, "value_pairs_set");
	const char *a = json_text(x->in, "column_A", "");
	const char *b = json_text(x->in, "column_B", "");
	struct buf c;
	int r;

	if (list == NULL)
		return 0;
	buf_init(&c, BUF_CAP_SMALL);
	for (const struct json *p = list->child; p != NULL; p = p->next) {
		if (p->type != JSON_LIST || p->n != 2 || p->child->type ==
		    JSON_NULL || p->child->next->type == JSON_NULL) {
			text_free(x->f, &c);
			return cannot(x, "pairs that are none");
		}
		buf_addf(&c, "%s(`%s` = ", c.len ? " or " : "", a);
		add_literal(&c, p->child);
		buf_addf(&c, " and `%s` = ", b);
		add_literal(&c, p->child->next);
		buf_addc(&c, ')');
	}
	r = pair(x, c.data);
	text_free(x->f, &c);
	return r;
}

static const struct json *
column_list(const struct expectation *x)
{
	const struct json *list = member(x, "column_list");

	if (list == NULL || list->type != JSON_LIST || list->n < 2)
		return NULL;
	for (const struct json *c = list->child; c != NULL; c = c->next) {
		if (c->type != JSON_TEXT)
			return NULL;
		(void)need_column(x->f, c->s, NULL);
	}
	return list;
}

static const char *
ignored_rows(const struct expectation *x)
{
	return json_text(x->in, "ignore_row_if", "all_values_are_missing");
}

static int
compound_unique(const struct expectation *x)
{
	const struct json *list = column_list(x);
	const char *ignore = ignored_rows(x);
	struct json *m, *to;

	if (list == NULL)
		return cannot(x, "no list of columns");
	if (mostly_of(x) != 1)
		return cannot(x, "'mostly': there each of several counts, "
		    "here all but the first");
	m = json_add_map(x->f->a, need_list(x->f, "unique"), NULL);
	to = json_add_list(x->f->a, m, "columns");
	for (const struct json *c = list->child; c != NULL; c = c->next)
		json_add_text(x->f->a, to, NULL, c->s);
	if (strcmp(ignore, "any_value_is_missing") != 0)
		json_add_text(x->f->a, m, "skip", strcmp(ignore, "never") == 0 ?
		    "none" : "all");
	put_hold(x, m, false);
	return 0;
}

/* "a is null and b is null": nothing there is. */
static void
add_all_null(struct buf *b, const struct json *list)
{
	for (const struct json *c = list->child; c != NULL; c = c->next)
		buf_addf(b, "%s`%s` is null", c == list->child ? "" : " and ",
		    c->s);
}

static int
unique_in_row(const struct expectation *x)
{
	const struct json *list = column_list(x);
	const char *ignore = ignored_rows(x);
	bool any = strcmp(ignore, "any_value_is_missing") == 0;
	struct buf b;

	if (list == NULL)
		return cannot(x, "no list of columns");
	if (!any && mostly_of(x) != 1)
		return cannot(x, "'mostly' of rows where some is missing");
	buf_init(&b, BUF_CAP_SMALL);
	if (!any && strcmp(ignore, "never") != 0) {
		buf_addc(&b, '(');
		add_all_null(&b, list);
		buf_adds(&b, ") or (");
	} else {
		buf_addc(&b, '(');
	}
	for (const struct json *c = list->child; c != NULL; c = c->next)
		for (const struct json *d = c->next; d != NULL; d = d->next) {
			buf_adds(&b, c == list->child && d == c->next ? "" :
			    " and ");
			buf_addf(&b, any ? "`%s` != `%s`" : "(`%s` is not null "
			    "or `%s` is not null)", c->s, d->s);
			if (!any)
				buf_addf(&b, " and coalesce(`%s` != `%s`, "
				    "true)", c->s, d->s);
		}
	buf_addc(&b, ')');
	add_condition(x, b.data);
	text_free(x->f, &b);
	return 0;
}

/* A missing one counts as nothing, unless its row does not count. */
static int
sum_in_row(const struct expectation *x)
{
	const struct json *list = column_list(x), *total = member(x,
	    "sum_total");
	const char *ignore = ignored_rows(x);
	bool any = strcmp(ignore, "any_value_is_missing") == 0;
	struct buf b;

	if (list == NULL || total == NULL || !is_number(total))
		return cannot(x, "no list of columns and their sum");
	buf_init(&b, BUF_CAP_SMALL);
	if (!any && strcmp(ignore, "never") != 0) {
		if (mostly_of(x) != 1) {
			text_free(x->f, &b);
			return cannot(x, "'mostly' of rows where all may be "
			    "missing");
		}
		add_all_null(&b, list);
		buf_adds(&b, " or ");
	}
	for (const struct json *c = list->child; c != NULL; c = c->next) {
		(void)need_column(x->f, c->s, "float64");
		buf_addf(&b, any ? "%s`%s`" : "%scoalesce(`%s`, 0)",
		    c == list->child ? "" : " + ", c->s);
	}
	buf_adds(&b, " = ");
	json_write(&b, total);
	add_condition(x, b.data);
	text_free(x->f, &b);
	return 0;
}

int
carry_table(const struct expectation *x, const char *t)
{
	if (strcmp(t, "column_to_exist") == 0)
		return x->column != NULL ? column_exists(x) :
		    cannot(x, "no column");
	if (strcmp(t, "table_row_count_to_be_between") == 0 ||
	    strcmp(t, "table_row_count_to_equal") == 0)
		return row_count(x);
	if (strcmp(t, "table_columns_to_match_ordered_list") == 0)
		return columns_listed(x, "column_list", true, true);
	if (strcmp(t, "table_columns_to_match_set") == 0)
		return columns_listed(x, "column_set", false, json_bool(x->in,
		    "exact_match", true));
	if (strcmp(t, "compound_columns_to_be_unique") == 0)
		return compound_unique(x);
	if (strcmp(t, "select_column_values_to_be_unique_within_record") == 0)
		return unique_in_row(x);
	if (strcmp(t, "multicolumn_sum_to_equal") == 0)
		return sum_in_row(x);
	if (strcmp(t, "column_pair_values_a_to_be_greater_than_b") == 0 ||
	    strcmp(t, "column_pair_values_A_to_be_greater_than_B") == 0)
		return pair_compared(x, json_bool(x->in, "or_equal", false) ?
		    ">=" : ">");
	if (strcmp(t, "column_pair_values_to_be_equal") == 0)
		return pair_compared(x, "=");
	if (strcmp(t, "column_pair_values_to_be_in_set") == 0)
		return pair_in_set(x);
	return 1;
}
