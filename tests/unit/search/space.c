/* Spaces: read, refused, written back; values on their scales and grids. */
#include <math.h>

#include "base/buf.h"
#include "search/distribution.h"
#include "search/space.h"
#include "../tap.h"

static const char text[] =
    "lr: {type: float, low: 1e-3, high: 0.3, log: true}\n"
    "q: {type: float, low: 0, high: 1, step: 0.3}\n"
    "depth: {type: int, low: 2, high: 12, step: 3}\n"
    "kind: {type: categorical, choices: [a, 2, true, null, 1.5]}\n"
    "sub: {type: int, low: 1, high: 64, log: true, when: {kind: [a, 2]}}\n"
    "deep: {type: categorical, choices: [x], when: {kind: true}}\n";

static void
test_reading(void)
{
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct space s, again;
	struct json *j;

	ok(space_parse(&s, text, sizeof(text) - 1, &e) == 0, "a space is read: %s", e.msg);
	ok(s.n == 6 && fabs(s.param[1].high - 0.9) < 1e-15 && s.param[2].high == 11,
	    "a range ends on its grid");
	ok(space_count(&s.param[0]) == 0 && space_count(&s.param[1]) == 4 &&
	    space_count(&s.param[2]) == 4 && space_count(&s.param[3]) == 5,
	    "how many values there are");
	ok(space_is_single(&s.param[5]) && !space_is_single(&s.param[4]) &&
	    space_is_conditional(&s), "single, conditional");
	j = space_to_json(&a, &s);
	ok(space_read(&again, j, &e) == 0 && space_difference(&a, &s, &again) == NULL,
	    "written and read it is the same");
	again.param[2].low = 5;
	ok(space_difference(&a, &s, &again) && strstr(space_difference(&a, &s, &again), "'depth'"),
	    "what differs is named");
	space_release(&s);
	space_release(&again);
	arena_free(&a);
}

static void
test_values(void)
{
	struct err e = ERR_INIT;
	struct space s;
	double x[6];
	bool good = true;

	if (space_parse(&s, text, sizeof(text) - 1, &e) < 0)
		return;
	for (size_t i = 0; i < s.n; i++)
		for (int k = 0; k < 1000; k++) {
			double v = space_from_unit(&s.param[i], k / 1000.0);

			good &= space_holds(&s.param[i], v);
			good &= space_from_unit(&s.param[i], space_to_unit(&s.param[i], v)) == v ||
			    s.param[i].kind == SPACE_FLOAT;
		}
	ok(good, "what is drawn is held, and goes there and back");
	ok(!space_holds(&s.param[0], 0.31) && !space_holds(&s.param[1], 0.2) &&
	    !space_holds(&s.param[2], 3) && !space_holds(&s.param[3], 5) &&
	    !space_holds(&s.param[0], NAN), "what is not held");
	for (size_t i = 0; i < 6; i++)
		x[i] = space_from_unit(&s.param[i], 0.5);	/* kind: true */
	space_deactivate(&s, x);
	ok(isnan(x[4]) && x[5] == 0, "a condition takes away and leaves");
	space_release(&s);
}

static void
test_refused(void)
{
	static const char *const bad[] = {
		"[]", "{}", "x: 1", "x: {type: real}", "x: {type: float}",
		"x: {type: float, low: 1, high: 0}",
		"x: {type: float, low: 0, high: 1, log: true}",
		"x: {type: float, low: 1, high: 2, log: true, step: 0.1}",
		"x: {type: float, low: 0, high: 1, step: 0}",
		"x: {type: float, low: 0, high: .inf}",
		"x: {type: float, low: -1e308, high: 1.7e308}",
		"x: {type: int, low: 0, high: 1.5}",
		"x: {type: int, low: 0, high: 1e300}",
		"x: {type: int, low: 0, high: 8, log: true}",
		"x: {type: int, low: 0, high: 8, step: 0}",
		"x: {type: categorical}", "x: {type: categorical, choices: []}",
		"x: {type: categorical, choices: [a, a]}",
		"x: {type: categorical, choices: [[a]]}",
		"x: {type: categorical, choices: [a], low: 1}",
		"x: {type: float, low: 0, high: 1, choices: [a]}",
		"x: {type: float, low: 0, high: 1, nothing: 1}",
		"x: {type: float, low: 0, high: 1, when: {y: 1}}",
		"x: {type: float, low: 0, high: 1, log: 1}",
		"k: {type: categorical, choices: [a]}\n"
		"x: {type: float, low: 0, high: 1, when: {k: b}}",
		"k: {type: int, low: 1, high: 2}\n"
		"x: {type: float, low: 0, high: 1, when: {k: 1}}",
		"'a{b': {type: float, low: 0, high: 1}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err e = ERR_INIT;
		struct space s;

		ok(space_parse(&s, bad[i], strlen(bad[i]), &e) < 0 && e.msg[0] &&
		    strchr(e.msg, '\n') == NULL, "refused: %.40s: %s", bad[i], e.msg);
		space_release(&s);
	}
}

static void
test_distributions(void)
{
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	static const char older[] = "{\"name\":\"LogUniformDistribution\","
	    "\"attributes\":{\"low\":1,\"high\":2}}";
	struct space_param p = { .name = "x" };
	struct space s;
	struct buf b;

	if (space_parse(&s, text, sizeof(text) - 1, &e) < 0)
		return;
	buf_init(&b, BUF_CAP_SMALL);
	distribution_write(&b, &s.param[1]);
	is_text(b.data, "{\"name\": \"FloatDistribution\", \"attributes\": "
	    "{\"log\": false, \"step\": 0.3, \"low\": 0.0, \"high\": 0.9}}",
	    "a float as Optuna has it");
	for (size_t i = 0; i < s.n; i++) {
		buf_clear(&b);
		distribution_write(&b, &s.param[i]);
		memset(&p, 0, sizeof(p));
		ok(distribution_read(&p, &a, b.data, b.len, &e) == 0 &&
		    p.kind == s.param[i].kind && p.low == s.param[i].low &&
		    p.high == s.param[i].high && p.step == s.param[i].step &&
		    p.log == s.param[i].log && p.n_choices == s.param[i].n_choices,
		    "a distribution goes there and back: %s", s.param[i].name);
	}
	memset(&p, 0, sizeof(p));
	ok(distribution_read(&p, &a, older, sizeof(older) - 1, &e) == 0 && p.log,
	    "an older class is read");
	ok(distribution_read(&p, &a, "{\"name\":\"Other\"}", 16, &e) < 0, "an unknown one is not");
	buf_free(&b);
	space_release(&s);
	arena_free(&a);
}

int
main(void)
{
	test_reading();
	test_values();
	test_refused();
	test_distributions();
	return tap_done();
}
