/* Whether a condition can hold in rows of which only ranges are known: where
 * it holds in one, it must be said to. */
#include <stdlib.h>

#include "base/rng.h"
#include "expr/expr.h"
#include "../tap.h"

#define ROWS 5

static const char *const dates[] = { "2026-01-01T00:00:00Z",
    "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z",
    "2026-01-05T00:00:00Z" };
static const char *const words[] = { "a", "b", "ba", "c", "d" };

/* Cells of n, d and t in a few rows; 0 is missing, else a value from 1. */
struct rows {
	struct expr *x;
	int cell[3][ROWS];
	int row;
};

static void
put_value(struct expr_value *v, char which, int k)
{
	*v = (struct expr_value){ .type = EXPR_MISSING };
	if (k == 0)
		return;
	if (which == 'n') {
		v->type = EXPR_NUM;
		v->num = k % 2 ? num_of_i64(k) : num_of_f64(k);
		return;
	}
	v->type = EXPR_TEXT;
	v->s = which == 'd' ? dates[k - 1] : words[k - 1];
	v->n = strlen(v->s);
}

static int
which_of(const struct expr *x, size_t i)
{
	return (int)(strchr("ndt", *expr_name(x, i)) - "ndt");
}

static int
name(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	const struct rows *r = ctx;
	int c = which_of(r->x, i);

	(void)e;
	put_value(v, "ndt"[c], r->cell[c][r->row]);
	return 0;
}

static void
make_range(struct expr_range *range, const struct rows *r, int c)
{
	int low = 6, high = 0;

	*range = (struct expr_range){ .dates = c == 1 };
	for (int i = 0; i < ROWS; i++) {
		int k = r->cell[c][i];

		range->some_missing = range->some_missing || k == 0;
		range->some_there = range->some_there || k != 0;
		low = k != 0 && k < low ? k : low;
		high = k > high ? k : high;
	}
	range->known = high > 0;
	put_value(&range->min, "ndt"[c], low % 6);
	put_value(&range->max, "ndt"[c], high);
}

static void
make_term(struct rng *g, char *to, size_t room)
{
	static const char *const op[] = { "=", "!=", "<", "<=", ">", ">=" };
	char v[3][40];
	char c = "ndt"[rng_below(g, 3)];

	for (int i = 0; i < 3; i++) {
		int k = (int)rng_below(g, 5);

		if (rng_below(g, 10) == 0)
			snprintf(v[i], sizeof(v[i]), "%s", rng_below(g, 2) ?
			    "'2026-01-03'" : "null");
		else if (c == 'n')
			snprintf(v[i], sizeof(v[i]), "%d.%d", k,
			    (int)rng_below(g, 2) * 5);
		else
			snprintf(v[i], sizeof(v[i]), "'%.10s'", c == 'd' ?
			    dates[k] : words[k]);
	}
	switch (rng_below(g, 5)) {
	case 0:
		snprintf(to, room, "%c is null", c);
		break;
	case 1:
		snprintf(to, room, "%c in (%s, %s)", c, v[0], v[1]);
		break;
	case 2:
		snprintf(to, room, "%c between %s and %s", c, v[0], v[1]);
		break;
	case 3:
		snprintf(to, room, "%s %s %c", v[0], op[rng_below(g, 6)], c);
		break;
	default:
		snprintf(to, room, "%c %s %s", c, op[rng_below(g, 6)], v[0]);
	}
}

static void
make_condition(struct rng *g, char *to, size_t room)
{
	static const char *const joint[] = { "and", "or" };
	char term[3][120];

	for (int i = 0; i < 3; i++)
		make_term(g, term[i], sizeof(term[i]));
	snprintf(to, room, "%s (%s) %s not (%s) %s %s", rng_below(g, 2) ? "not" :
	    "", term[0], joint[rng_below(g, 2)], term[1],
	    joint[rng_below(g, 2)], term[2]);
}

/* 1: as it must be; *no counts those that can hold nowhere. */
static int
try_one(struct rng *g, int *no)
{
	struct arena a = { 0 };
	struct rows r = { 0 };
	struct expr_env env = { name, NULL, &r };
	struct expr_range range[3];
	struct err e = ERR_INIT;
	char text[500];
	bool holds = false, may;

	make_condition(g, text, sizeof(text));
	for (int c = 0; c < 3; c++) {
		int from = (int)rng_below(g, 5) + 1;

		for (int i = 0; i < ROWS; i++)
			r.cell[c][i] = rng_below(g, 4) == 0 ? 0 : from +
			    (int)rng_below(g, (uint64_t)(6 - from));
	}
	if (expr_parse(&r.x, &a, text, &e) != 0)
		return 0;
	for (size_t i = 0; i < expr_names(r.x); i++)
		make_range(&range[i], &r, which_of(r.x, i));
	may = expr_may_hold(r.x, range);
	for (r.row = 0; r.row < ROWS && !holds; r.row++)
		if (expr_holds(&holds, r.x, &env, &e) != 0)
			return 0;
	*no += !may;
	arena_free(&a);
	if (holds && !may)
		printf("# %s\n", text);
	return may || !holds;
}

static bool
says(const char *text, int low, int high)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct expr_range range = { .some_there = true, .known = true };
	struct expr *x;
	bool may = true;

	range.min = (struct expr_value){ .type = EXPR_NUM,
	    .num = num_of_i64(low) };
	range.max = (struct expr_value){ .type = EXPR_NUM,
	    .num = num_of_i64(high) };
	if (expr_parse(&x, &a, text, &e) == 0)
		may = expr_may_hold(x, &range);
	arena_free(&a);
	return may;
}

int
main(void)
{
	struct rng g;
	int good = 0, no = 0;

	rng_seed(&g, 14, 0);
	for (int i = 0; i < 20000; i++)
		good += try_one(&g, &no);
	ok(good == 20000, "20000 conditions: where one holds, it may (%d)",
	    good);
	ok(no > 1000, "... and many can hold nowhere (%d)", no);
	ok(!says("n > 5", 1, 5) && says("n >= 5", 1, 5), "beyond the greatest");
	ok(!says("not n < 9", 1, 5), "not below the greatest");
	ok(!says("n in (7, 8)", 1, 5) && says("n in (7, 3)", 1, 5), "in");
	ok(!says("n between 6 and 9", 1, 5), "between");
	ok(!says("n is null", 1, 5), "none is missing");
	ok(!says("n != 4", 4, 4), "all are the same");
	ok(says("abs(n) > 9", 1, 5) && says("n > n + 1", 1, 5),
	    "what is computed may be anything");
	return tap_done();
}
