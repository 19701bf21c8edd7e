/* Numbers as text: the quick ways against the C library's slow ones. */
#include <stdlib.h>

#include "base/num.h"
#include "base/rng.h"
#include "../tap.h"

/* The first precision that reads back, without trailing zeros. */
static void
slow_digits(char *out, double v, bool single)
{
	char text[64];
	size_t n = 0;

	for (int p = 1; p <= 17; p++) {
		snprintf(text, sizeof(text), "%.*e", p - 1, fabs(v));
		if (single ? strtof(text, NULL) == (float)fabs(v) :
		    strtod(text, NULL) == fabs(v))
			break;
	}
	for (const char *s = text; *s != 'e'; s++)
		if (*s != '.')
			out[n++] = *s;
	while (n > 1 && out[n - 1] == '0')
		n--;
	out[n] = '\0';
}

/* The digits of a printed number, without zeros around them. */
static void
only_digits(char *out, const char *s)
{
	size_t n = 0;

	for (; *s != '\0' && *s != 'e'; s++)
		if (*s >= '0' && *s <= '9' && (n > 0 || *s != '0'))
			out[n++] = *s;
	while (n > 1 && out[n - 1] == '0')
		n--;
	out[n] = '\0';
}

static double
draw(struct rng *r, int kind)
{
	static const char *const ten[] = { "1e-10", "1e-9", "1e-8", "1e-7",
	    "1e-6", "1e-5", "1e-4", "1e-3", "1e-2", "1e-1", "1", "1e1", "1e2",
	    "1e3", "1e4", "1e5", "1e6", "1e7", "1e8", "1e9", "1e10", "1e11",
	    "1e12", "1e13", "1e14", "1e15" };
	uint64_t u = rng_u64(r);
	double v = rng_f64(r);

	switch (kind % 7) {
	case 0:
		memcpy(&v, &u, sizeof(v));
		return isfinite(v) ? v : 1;
	case 1:
		return v;
	case 2:
		return (double)(int64_t)(u % 2000000) / -1000;
	case 3:
		return (double)(u >> (u & 63));
	case 4:			/* a power of ten, and what rounds to one */
	case 5:
		v = strtod(ten[u % 26], NULL);
		return v - v * (double)(u >> 8 & 63) * (kind % 7 == 4 ?
		    0x1p-53 : 0x1p-24);
	default:
		return ldexp(v, (int)(u % 120) - 60);
	}
}

static void
prints(void)
{
	char text[NUM_TEXT_MAX], got[64], want[64];
	int wrong = 0, wrong32 = 0, lost = 0;
	struct rng r;

	rng_seed(&r, 1, 1);
	for (int i = 0; i < 40000; i++) {
		double v = draw(&r, i), back = 0;
		float f = (float)v, fback = 0;
		size_t n;

		if (v == 0 || !isfinite(f) || f == 0)
			continue;
		n = num_print_f64(text, v);
		lost += !num_parse_f64(text, n, &back) || back != v;
		only_digits(got, text);
		slow_digits(want, v, false);
		wrong += strcmp(got, want) != 0;
		n = num_print_f32(text, f);
		lost += !num_parse_f32(text, n, &fback) || fback != f;
		only_digits(got, text);
		slow_digits(want, f, true);
		wrong32 += strcmp(got, want) != 0;
	}
	is_int(wrong, 0, "doubles print as the shortest text");
	is_int(wrong32, 0, "floats too");
	is_int(lost, 0, "both read back");
}

/* 9.99.. rounds to ten with few digits, and not with all it needs. */
static void
prints_below_tens(void)
{
	int wrong = 0;
	char text[NUM_TEXT_MAX];

	for (int e = -9; e <= 15; e++)
		for (int k = -400; k <= 400; k++) {
			double v = pow(10, e), back = 0;
			float f = (float)v, fback = 0;
			uint64_t u;
			uint32_t w;

			memcpy(&w, &f, sizeof(w));
			w += (uint32_t)k;
			memcpy(&f, &w, sizeof(f));
			memcpy(&u, &v, sizeof(u));
			u += (uint64_t)(int64_t)k * (k % 7 ? 1000003u : 1u);
			memcpy(&v, &u, sizeof(v));
			num_print_f32(text, f);
			fback = strtof(text, NULL);
			wrong += fback != f;
			num_print_f64(text, v);
			back = strtod(text, NULL);
			wrong += back != v;
		}
	is_int(wrong, 0, "numbers around powers of ten read back");
	num_print_f32(text, 999.99994f);
	is_text(text, "999.99994", "just below a thousand");
}

static void
parses(void)
{
	int wrong = 0;
	struct rng r;

	rng_seed(&r, 2, 1);
	for (int i = 0; i < 40000; i++) {
		int digits = (int)rng_below(&r, 21) + 1;
		int point = (int)rng_below(&r, 24);
		char text[64];
		size_t n = 0;
		double d;
		float f;

		for (int k = 0; k < digits; k++) {
			text[n++] = (char)('0' + rng_below(&r, 10));
			if (k == point)
				text[n++] = '.';
		}
		text[n] = '\0';
		if (i & 1)
			n += (size_t)snprintf(text + n, 8, "e%d",
			    (int)rng_below(&r, 80) - 40);
		wrong += !num_parse_f64(text, n, &d) ||
		    d != strtod(text, NULL);
		wrong += !num_parse_f32(text, n, &f) ||
		    f != strtof(text, NULL);
	}
	is_int(wrong, 0, "text is rounded as the C library does");
}

static void
decimal(void)
{
	double d;

	ok(num_from_decimal(0, -27, &d) && d == 0, "zero");
	ok(num_from_decimal(UINT64_MAX, -27, &d) &&
	    d == 1.8446744073709551615e-8, "the largest over the largest");
	ok(num_from_decimal(UINT64_MAX, 27, &d) &&
	    d == 1.8446744073709551615e46, "and times it");
	ok(num_from_decimal(9007199254740993u, 0, &d) &&
	    d == 9007199254740992.0, "half-way goes to even");
	ok(!num_from_decimal(1, 28, &d) && !num_from_decimal(1, -28, &d),
	    "beyond it says so");
}

static void
integers(void)
{
	char text[NUM_TEXT_MAX];

	num_print_i64(text, INT64_MIN);
	is_text(text, "-9223372036854775808", "the smallest integer");
	num_print_u64(text, UINT64_MAX);
	is_text(text, "18446744073709551615", "the largest");
	num_print_i64(text, 0);
	is_text(text, "0", "zero");
}

static void
class_order(void)
{
	static const struct {
		const char *low, *high;
	} pair[] = { { "9", "10" }, { "-2", "-1" }, { "1.5", "2" },
	    { "9007199254740993", "9007199254740994" }, { "a", "b" },
	    { "10", "9x" }, { "1", "1.0" } };

	for (size_t i = 0; i < sizeof(pair) / sizeof(*pair); i++)
		ok(num_compare_text(pair[i].low, strlen(pair[i].low),
		    pair[i].high, strlen(pair[i].high)) < 0 &&
		    num_compare_text(pair[i].high, strlen(pair[i].high),
		    pair[i].low, strlen(pair[i].low)) > 0,
		    "%s stands before %s", pair[i].low, pair[i].high);
}

static void
exact_order(void)
{
	struct num big = num_of_i64(9007199254740993), less = num_of_i64(
	    9007199254740992), d = num_of_f64(0x1p53), half = num_of_f64(2.5),
	    two = num_of_i64(2), far = num_of_f64(1e300), min = num_of_i64(
	    INT64_MIN), low = num_of_f64(-0x1p63), minus = num_of_i64(-2),
	    less_half = num_of_f64(-2.5);

	ok(num_order(&big, &less) == 1 && num_order(&less, &big) == -1,
	    "integers that are one double have an order");
	ok(num_order(&big, &d) == 1 && num_order(&d, &big) == -1 &&
	    num_order(&less, &d) == 0, "an integer and a double, exactly");
	ok(num_order(&two, &half) == -1 && num_order(&half, &two) == 1 &&
	    num_order(&minus, &less_half) == 1, "a fraction counts");
	ok(num_order(&big, &far) == -1 && num_order(&far, &min) == 1 &&
	    num_order(&min, &low) == 0, "the ends");
}

int
main(void)
{
	class_order();
	prints();
	prints_below_tens();
	parses();
	decimal();
	integers();
	exact_order();
	return tap_done();
}
