/* What many expectations have: which rows count, how much, and literals. */
#include <string.h>

#include "base/clock.h"
#include "quality/foreign/expectation.h"

int
cannot(const struct expectation *x, const char *why)
{
	leave_out(x->f, "expectation %zu, %s: %s", x->number, x->type, why);
	return 0;
}

double
mostly_of(const struct expectation *x)
{
	return json_num(x->in, "mostly", 1);
}

void
put_hold(const struct expectation *x, struct json *m, bool mostly)
{
	const char *severity = json_text(x->whole, "severity",
	    x->meta != NULL ? json_text(x->meta, "severity", "") : "");

	if (x->when != NULL)
		json_add_text(x->f->a, m, "when", x->when);
	if (mostly && mostly_of(x) != 1)
		json_add_num(x->f->a, m, "mostly", mostly_of(x));
	if (strcmp(severity, "warning") == 0 || strcmp(severity, "info") == 0)
		json_add_text(x->f->a, m, "severity", "warn");
}

struct json *
add_rule(const struct expectation *x, const char *type, bool mostly)
{
	struct json *m;

	(void)need_column(x->f, x->column, type);
	m = json_add_map(x->f->a, need_list(x->f, "rules"), NULL);
	json_add_text(x->f->a, m, "column", x->column);
	put_hold(x, m, mostly);
	return m;
}

void
add_condition(const struct expectation *x, const char *expr)
{
	struct json *m = json_add_map(x->f->a, need_list(x->f, "rules"), NULL);

	json_add_text(x->f->a, m, "expr", expr);
	put_hold(x, m, true);
}

const struct json *
member(const struct expectation *x, const char *key)
{
	const struct json *j = json_get(x->in, key);

	return j == NULL || j->type == JSON_NULL ? NULL : j;
}

bool
is_number(const struct json *j)
{
	return j->type == JSON_INT || j->type == JSON_REAL;
}

bool
is_date(const struct json *j)
{
	int64_t us;

	return j->type == JSON_TEXT && clock_parse(j->s, j->n, &us);
}

void
add_literal(struct buf *b, const struct json *v)
{
	if (v->type != JSON_TEXT) {
		json_write(b, v);
		return;
	}
	buf_addc(b, '\'');
	for (size_t i = 0; i < v->n; i++) {
		if (v->s[i] == '\'')
			buf_addc(b, '\'');
		buf_addc(b, v->s[i]);
	}
	buf_addc(b, '\'');
}
