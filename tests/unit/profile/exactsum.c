/* Sums without rounding: in any order, as text and back, deviations. */
#include "profile/exactsum.h"

#include "../tap.h"

static void
add(struct exact *sum, struct exact *squares, double v)
{
	exact_add(sum, squares, &v, 1);
}

/* A lane of values of all sizes and both signs is what they are one by one. */
static void
lanes(void)
{
	static double v[EXACT_LANE];
	struct exact a = { { 0 }, 0 }, q = { { 0 }, 0 }, b = a, r = a;
	struct buf one, two;

	buf_init(&one, BUF_CAP_SMALL);
	buf_init(&two, BUF_CAP_SMALL);
	for (size_t i = 0; i < EXACT_LANE; i++) {
		v[i] = ldexp(1 + (double)(i * 7919 % 4099) / 4099, (int)(i *
		    104729 % 2000) - 1040);
		v[i] = i % 3 ? v[i] : -v[i];
	}
	exact_add(&a, &q, v, EXACT_LANE);
	for (size_t i = EXACT_LANE; i > 0; i--)
		add(&b, &r, v[i - 1]);
	exact_print(&one, &a, 1074);
	exact_print(&two, &b, 1074);
	is_text(one.data, two.data, "a lane at once: the sum");
	buf_clear(&one);
	buf_clear(&two);
	exact_print(&one, &q, 2148);
	exact_print(&two, &r, 2148);
	is_text(one.data, two.data, "and the squares");
	buf_free(&one);
	buf_free(&two);
}

static void
exact_sums(void)
{
	static const double v[] = { 1e300, 1, -1e300, 1e-300, 0.1, 0.2, -0.3,
	    5e-324, 1.7976931348623157e308, -1.7976931348623157e308 };
	struct exact a = { { 0 }, 0 }, b = { { 0 }, 0 }, c, q = { { 0 }, 0 };
	struct buf one, two;

	buf_init(&one, BUF_CAP_SMALL);
	buf_init(&two, BUF_CAP_SMALL);
	for (size_t i = 0; i < 10; i++) {
		add(&a, &q, v[i]);
		add(&b, &q, v[9 - i]);
	}
	/* 0.1 + 0.2 - 0.3 of the doubles is 2^-55 + 2^-56 */
	is_near(exact_value(&a), 1 + 0x1p-54, 0, "nothing is lost");
	exact_print(&one, &a, 1074);
	exact_print(&two, &b, 1074);
	is_text(one.data, two.data, "in any order");
	ok(exact_parse(&c, one.data, one.len, 1074), "read back");
	buf_clear(&two);
	exact_print(&two, &c, 1074);
	is_text(two.data, one.data, "the same");
	exact_merge(&a, &b);
	is_near(exact_value(&a), 2, 0, "merged");
	memset(&a, 0, sizeof(a));
	memset(&q, 0, sizeof(q));
	is_near(exact_value(&a), 0, 0, "zero");
	for (int i = 1; i <= 4; i++) {
		add(&a, &q, -i);
	}
	is_near(exact_value(&a), -10, 0, "negative");
	is_near(exact_std(&a, &q, 4), sqrt(1.25), 0, "deviation");
	is_near(exact_std_sample(&a, &q, 4), sqrt(5.0 / 3), 0, "of a sample");
	memset(&a, 0, sizeof(a));
	memset(&q, 0, sizeof(q));
	for (int i = 1; i <= 4; i++) {
		add(&a, &q, 1e15 + i);
	}
	is_near(exact_std(&a, &q, 4), sqrt(1.25), 0, "far from zero too");
	for (int i = 0; i < 2; i++) {
		memset(&a, 0, sizeof(a));
		memset(&q, 0, sizeof(q));
		add(&a, &q, i ? 1e200 : 1e-200);
		add(&a, &q, i ? -1e200 : -1e-200);
		is_near(exact_std(&a, &q, 2) / (i ? 1e200 : 1e-200), 1, 1e-15,
		    "where squares overflow");
	}
	ok(!exact_parse(&c, "12", 2, 1074) && !exact_parse(&c, "1p-9999", 7,
	    1074) && !exact_parse(&c, "1p5000", 6, 1074) &&
	    !exact_parse(&c, "xp1", 3, 1074), "nonsense is refused");
	buf_free(&one);
	buf_free(&two);
}

int
main(void)
{
	lanes();
	exact_sums();
	return tap_done();
}
