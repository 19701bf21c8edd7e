/*
 * Suites of Great Expectations.  Each expectation becomes a rule that holds of
 * the same tables; one that none of ours says is left out by name.
 */
#include <string.h>

#include "expr/expr.h"
#include "quality/foreign/expectation.h"

/* A condition on rows in one of their languages, where ours says the same:
 * `x > 3`, `x == "a"`, `col("x").notNull()`. */
static int
read_row_condition(struct expectation *x)
{
	const char *s = json_text(x->in, "row_condition", NULL);
	struct err ignored = ERR_INIT;
	struct expr *parsed;
	struct buf b;

	if (s == NULL)
		return 0;
	buf_init(&b, BUF_CAP_SMALL);
	for (; *s != '\0'; s++) {
		size_t n = strncmp(s, "col(\"", 5) == 0 ? strcspn(s + 5, "\"") :
		    0;

		if (n > 0 && strncmp(s + 5 + n, "\")", 2) == 0) {
			buf_addf(&b, "`%.*s`", (int)n, s + 5);
			s += n + 6;
		} else if (strncmp(s, ".notNull()", 10) == 0 ||
		    strncmp(s, ".notnull()", 10) == 0) {
			buf_adds(&b, " is not null");
			s += 9;
		} else {
			buf_addc(&b, *s);
		}
	}
	x->when = arena_strdup(x->f->a, b.data);
	text_free(x->f, &b);
	if (expr_parse(&parsed, x->f->a, x->when, &ignored) != 0)
		return -1;
	for (size_t i = 0; i < expr_names(parsed); i++)
		(void)need_column(x->f, expr_name(parsed, i), NULL);
	return 0;
}

static int
carry(struct expectation *x)
{
	const char *t = x->type;
	int r = 1;

	if (strncmp(t, "expect_", 7) != 0)
		return cannot(x, "no expectation that is known");
	if (read_row_condition(x) != 0)
		return cannot(x, "a row condition that is none of ours");
	t += 7;
	r = carry_table(x, t);
	if (r > 0 && strncmp(t, "column_", 7) == 0 && x->column != NULL)
		r = carry_column(x, t + 7);
	return r > 0 ? cannot(x, "there is no such rule here") : r;
}

int
read_expectations(struct foreign *f, const struct json *suite, struct err *e)
{
	static const struct json none = { .type = JSON_MAP };
	size_t number = 0;

	for (const struct json *j = json_get(suite, "expectations")->child;
	    j != NULL; j = j->next) {
		struct expectation x = { .f = f, .whole = j,
		    .number = ++number };

		if (j->type != JSON_MAP)
			return err_set(e, ERR_FORMAT, "expectation %zu is no "
			    "map", number);
		x.type = json_text(j, "expectation_type", json_text(j, "type",
		    NULL));
		x.in = json_get(j, "kwargs");
		x.meta = json_get(j, "meta");
		if (x.type == NULL)
			return err_set(e, ERR_FORMAT, "expectation %zu has no "
			    "type", number);
		if (x.in == NULL || x.in->type != JSON_MAP)
			x.in = &none;
		if (x.meta != NULL && x.meta->type != JSON_MAP)
			x.meta = NULL;
		x.column = json_text(x.in, "column", NULL);
		(void)carry(&x);
	}
	return 0;
}
