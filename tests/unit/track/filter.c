/* MLflow's filter strings: what they hold of, and what is refused. */
#include <math.h>

#include "track/filter.h"
#include "../tap.h"

static bool
parses(const char *s)
{
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct filter f;
	bool yes = filter_parse(&f, &a, s, &e) == 0;

	arena_free(&a);
	return yes;
}

static bool
holds(const char *s, const char *text, double num)
{
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct filter f;
	bool yes = filter_parse(&f, &a, s, &e) == 0 && f.n == 1 && (text ?
	    filter_holds_text(&f.clause[0], text) :
	    filter_holds_num(&f.clause[0], num));

	arena_free(&a);
	return yes;
}

static void
test_parsing(void)
{
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct filter_order o;
	struct filter f;

	ok(filter_parse(&f, &a, "metrics.a > 0.3 AND params.\"b c\" = '3' and "
	    "tag.`d.e` ILIKE '%x' AND status IN ('A', 'B')", &e) == 0 &&
	    f.n == 4, "clauses joined by AND are read");
	ok(f.n == 4 && f.clause[0].entity == FILTER_METRIC &&
	    f.clause[0].number && f.clause[1].entity == FILTER_PARAM &&
	    strcmp(f.clause[1].key, "b c") == 0 &&
	    strcmp(f.clause[2].key, "d.e") == 0 && f.clause[3].n == 2 &&
	    f.clause[3].entity == FILTER_ATTRIBUTE, "with their parts");
	ok(filter_parse(&f, &a, "  ", &e) == 0 && f.n == 0,
	    "an empty filter has no clauses");
	ok(filter_parse_order(&o, &a, "metrics.auc DESC", &e) == 0 && o.down &&
	    o.entity == FILTER_METRIC, "an order is read");
	ok(filter_parse_order(&o, &a, "start_time", &e) == 0 && !o.down,
	    "and ascends without a word");
	ok(filter_parse_order(&o, &a, "a DESC b", &e) < 0,
	    "words behind it are refused");
	arena_free(&a);
}

static void
test_refusals(void)
{
	static const char *const bad[] = { "metrics.a", "metrics.a >",
	    "metrics.a > 'x'", "params.a = 3", "params.a > '3'",
	    "nothing.a = '3'", "metrics.a > 1 OR metrics.b > 1",
	    "metrics.a > 1 AND", "metrics.a LIKE 1", "status IN ()",
	    "status IN ('a'", "status = 'a", "= 3", "params.`a = '3'",
	    "metrics. > 1" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!parses(bad[i]), "clause %zu is refused", i);
}

static void
test_holding(void)
{
	ok(holds("metrics.a >= 0.5", NULL, 0.5) &&
	    !holds("metrics.a > 0.5", NULL, 0.5), "numbers are compared");
	ok(!holds("metrics.a > 0", NULL, NAN) &&
	    holds("metrics.a != 0", NULL, NAN), "NaN only differs");
	ok(holds("tags.a LIKE '%b_d%'", "abcde", 0) &&
	    !holds("tags.a LIKE 'B%'", "bcd", 0) &&
	    holds("tags.a ILIKE 'B%'", "bcd", 0) &&
	    !holds("tags.a LIKE 'b'", "bcd", 0), "LIKE takes a percent sign and _");
	ok(holds("status NOT IN ('a', 'b')", "c", 0) &&
	    !holds("status NOT IN ('a', 'b')", "a", 0), "NOT IN");
	ok(holds("params.a = \"it's\"", "it's", 0), "either quote will do");
}

int
main(void)
{
	test_parsing();
	test_refusals();
	test_holding();
	return tap_done();
}
