/* Two answers to a row: same, another label, how far apart. */
#include "rollout/compared.h"

#include "../tap.h"

static struct arena arena;

static struct row_difference
compare(const char *a, const char *b, const char *output, double tolerance)
{
	struct row_difference d = { .flip = true, .size = -1 };
	struct err e = ERR_INIT;
	struct json *x, *y;

	if (ok(json_parse(&x, &arena, a, strlen(a), 0, &e) == 0 &&
	    json_parse(&y, &arena, b, strlen(b), 0, &e) == 0, "%s, %s", a, b))
		compare_rows(&d, x, 0, y, 0, output, tolerance);
	return d;
}

int
main(void)
{
	struct compared all = { .rows = 0 };
	struct row_difference d;

	d = compare("{\"label\":\"a\",\"p\":0.5}", "{\"label\":\"a\",\"p\":0.5}",
	    NULL, 0);
	ok(d.same && !d.flip && d.size == 0, "the same");
	compared_add(&all, &d);
	d = compare("{\"label\":\"a\",\"p\":0.5}", "{\"label\":\"a\",\"p\":0.75}",
	    NULL, 0);
	ok(!d.same && !d.flip && d.size == 0.25, "the same label, another "
	    "score");
	compared_add(&all, &d);
	d = compare("{\"label\":1,\"p\":2.5}", "{\"label\":0,\"p\":2.5}", NULL, 0);
	ok(d.flip && d.size == 1, "a label that is a number");
	compared_add(&all, &d);
	d = compare("{\"c.a\":0.6,\"c.b\":0.4}", "{\"c.a\":0.4,\"c.b\":0.6}",
	    NULL, 0);
	ok(d.flip, "without a label: another score is the greatest");
	d = compare("{\"c.a\":0.6,\"c.b\":0.4}", "{\"c.a\":0.9,\"c.b\":0.1}",
	    NULL, 0);
	ok(!d.flip, "or the same one");
	d = compare("{\"y\":10}", "{\"y\":11}", NULL, 1);
	ok(!d.flip && d.size == 1, "a number within the tolerance");
	d = compare("{\"y\":10}", "{\"y\":11.5}", NULL, 1);
	ok(d.flip, "and beyond it");
	d = compare("{\"label\":\"a\",\"t\":\"x\"}", "{\"label\":\"a\",\"t\":\"y\"}",
	    "t", 0);
	ok(d.flip, "the output that was named");
	d = compare("{\"label\":null}", "{\"label\":\"a\"}", NULL, 0);
	ok(d.flip && !d.same, "null is another answer");
	d = compare("{\"y\":\"Infinity\"}", "{\"y\":1}", NULL, 0);
	ok(d.flip && d.size == 0, "infinity is no number to subtract");
	ok(all.rows == 3 && all.same == 1 && all.flips == 1 && all.size[0] ==
	    1 && all.size[6] == 2 && all.greatest == 1, "they add up by size");
	is_text(compared_size_text(6), "1", "0.25 and 1 are at most 1");
	arena_free(&arena);
	return tap_done();
}
