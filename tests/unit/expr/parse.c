/* The predicate language: what holds, what is missing, what is refused. */
#include <stdlib.h>

#include "expr/expr.h"
#include "../tap.h"

static int
name(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	const char *n = expr_name(*(struct expr **)ctx, i);

	if (strcmp(n, "auc") == 0 || strcmp(n, "metrics.auc") == 0)
		*v = (struct expr_value){ .type = EXPR_NUM,
		    .num = num_of_f64(0.84) };
	else if (strcmp(n, "learner") == 0)
		*v = (struct expr_value){ .type = EXPR_TEXT, .s = "gbdt", .n = 4 };
	else if (strcmp(n, "params.learning-rate") == 0)
		*v = (struct expr_value){ .type = EXPR_TEXT, .s = "0.1", .n = 3 };
	else if (strcmp(n, "done") == 0)
		*v = (struct expr_value){ .type = EXPR_BOOL, .b = true };
	else if (strcmp(n, "unknown") == 0)
		return err_set(e, ERR_NOENT, "no such name");
	return 0;
}

static int
match(void *ctx, const char *pattern, const char *s, size_t n, bool *yes,
    struct err *e)
{
	(void)ctx;
	(void)e;
	*yes = n && pattern[0] == s[0];
	return 0;
}

/* 1 holds, 0 not, -1 error */
static int
holds(const char *text)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct expr *x;
	bool yes = false;
	struct expr_env env = { name, match, &x };
	int r = expr_parse(&x, &a, text, &e);

	if (r == 0)
		r = expr_holds(&yes, x, &env, &e);
	arena_free(&a);
	return r < 0 ? -1 : yes;
}

static void
truths(void)
{
	static const struct {
		const char *text;
		int want;
	} cases[] = {
		{ "9007199254740993 > 9007199254740992", 1 },
		{ "9007199254740993 = 9007199254740992.0", 0 },
		{ "9007199254740992 + 1 = 9007199254740993", 1 },
		{ "-9007199254740993 < -9007199254740992", 1 },
		{ "'9007199254740993' = 9007199254740993", 1 },
		{ "abs(-9007199254740993) in (9007199254740993)", 1 },
		{ "9223372036854775807 + 1 > 9223372036854775807", 1 },
		{ "-9223372036854775807 - 1 < 0", 1 },
		{ "(-9223372036854775807 - 1) % -1 = 0", 1 },
		{ "7 % 0 is null and 9007199254740993 % 2 = 1", 1 },
		{ "auc > 0.83", 1 }, { "metrics.auc >= 0.84", 1 },
		{ "'2026-01-02' = '2026-01-02T00:00:00Z'", 1 },
		{ "'2026-01-02T05:00+02:00' < '2026-01-02 04:00'", 1 },
		{ "'2026-01-02 04:00:00.5' > '2026-01-02T04:00Z'", 1 },
		{ "'2026-01-02' < '2026-01-02x'", 1 },
		{ "0.84 < auc", 0 }, { "auc = 0.84 and learner = 'gbdt'", 1 },
		{ "learner == \"gbdt\"", 1 }, { "learner <> 'x'", 1 },
		{ "1 + 2 * 3 = 7", 1 }, { "(1 + 2) * 3 = 9", 1 },
		{ "2 - 1 - 1 = 0", 1 }, { "-2 * -2 = 4", 1 }, { "7 % 4 = 3", 1 },
		{ "not auc > 1 or false", 1 }, { "NOT (auc > 0)", 0 },
		{ "learner in ('a', 'gbdt')", 1 },
		{ "learner not in ('a', 'gbdt')", 0 },
		{ "learner in ('a', null)", 0 },
		{ "learner like 'g%t'", 1 }, { "learner like 'g_d_'", 1 },
		{ "learner not like '%x%'", 1 }, { "'' like '%'", 1 },
		{ "auc like '0._4'", 1 }, { "10 like '1'", 0 },
		{ "9007199254740993 like '%93'", 1 }, { "done like '%'", 0 },
		{ "auc ~ '8'", 0 }, { "learner ~ 'g'", 1 }, { "learner !~ 'x'", 1 },
		{ "auc between 0.8 and 0.9", 1 },
		{ "auc not between 0.8 and 0.9", 0 },
		{ "nothing is null", 1 }, { "auc is not null", 1 },
		{ "nothing > 1", 0 }, { "not nothing > 1", 0 },
		{ "nothing > 1 or true", 1 }, { "nothing > 1 and false", 0 },
		{ "not (nothing > 1 and false)", 1 },
		{ "auc / 0 is null", 1 },
		{ "params.`learning-rate` = 0.1", 1 },
		{ "params.`learning-rate` < 0.2", 1 },
		{ "learner = 3", 0 }, { "learner != 3", 1 },
		{ "learner < 3", 0 }, { "abs(-2) = 2", 1 },
		{ "min(3, 1, 2) = 1 and max(3, 1, 2) = 3", 1 },
		{ "coalesce(nothing, 5) = 5", 1 },
		{ "length('h\303\251llo') = 5", 1 }, { "done", 1 },
		{ "'it''s' = \"it's\"", 1 }, { "1e-3 < 0.01", 1 },
		{ "'10' > '9'", 0 }, { "10 > '9'", 1 }, { "done = true", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		is_int(holds(cases[i].text), cases[i].want, "%s",
		    cases[i].text);
}

static void
refusals(void)
{
	static const char *const bad[] = { "", "auc >", "auc > > 1", "(auc > 1",
	    "auc > 1)", "auc", "auc and 1", "'open", "`open", "foo(1)",
	    "abs(1, 2) > 0", "in (1)", "auc not 3", "1 = 1 1", "unknown > 1",
	    "3x > 1", "auc in ()", "auc @ 3", "auc is 3", "not", "`` = 1" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		is_int(holds(bad[i]), -1, "refused: %s", bad[i]);
}

static void
limits(void)
{
	char *deep = malloc(40001);

	memset(deep, '(', 20000);
	deep[20000] = '\0';
	is_int(holds(deep), -1, "too deep is refused");
	for (int i = 0; i < 20000; i++)
		memcpy(deep + 2 * i, i ? "+1" : " 1", 2);
	deep[40000] = '\0';
	is_int(holds(deep), -1, "too long is refused");
	for (int i = 0; i < 20000; i++)
		deep[i] = '-';
	deep[20000] = '\0';
	is_int(holds(deep), -1, "many signs are refused");
	free(deep);
}

static void
names(void)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct expr *x;

	ok(expr_parse(&x, &a, "a.b > c and a.b < 3", &e) == 0 &&
	    expr_names(x) == 2, "names are numbered once");
	is_text(expr_name(x, 0), "a.b", "in order of appearance");
	ok(expr_parse(&x, &a, "auc > ", &e) < 0, "an end too soon");
	is_text(e.msg, "expected a value at the end", "is said plainly");
	arena_free(&a);
}

int
main(void)
{
	truths();
	refusals();
	limits();
	names();
	return tap_done();
}
