/*
 * base/num.h - numbers as text, the same in every locale.
 *
 * The only place that turns text into numbers and back.  Parsing reads the
 * exact n bytes given (no NUL needed, no leading or trailing space allowed)
 * and rounds correctly; printing gives the shortest text that reads back as
 * the same value, as JavaScript and Python do ("0.1", "1e-7", "3").
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUM_TEXT_MAX 32		/* room any printed number needs, with NUL */

/* Decimal integers with an optional sign.  False when it is not one or
 * does not fit. */
bool num_parse_i64(const char *s, size_t n, int64_t *out);
bool num_parse_u64(const char *s, size_t n, uint64_t *out);

/* Decimal floating point: [+-]digits[.digits][e[+-]digits], correctly
 * rounded to nearest even.  Also nan, inf, infinity in any case.  Hex is
 * not a number.  Values too large become infinity, too small zero. */
bool num_parse_f64(const char *s, size_t n, double *out);
bool num_parse_f32(const char *s, size_t n, float *out);

/* A number that may be an integer beyond 2^53, which no double holds. */
struct num {
	bool whole;		/* i is its exact value */
	int64_t i;
	double d;		/* its value, rounded where need be */
};

static inline struct num
num_of_i64(int64_t i)
{
	return (struct num){ true, i, (double)i };
}

static inline struct num
num_of_f64(double d)
{
	return (struct num){ false, 0, d };
}

/* Text as num_parse_f64 takes it; whole where it is written as an integer
 * of 64 bits, or as one with zeros behind a point ("9007199254740993.0"). */
bool num_parse(const char *s, size_t n, struct num *out);
/* num_order of an integer and another number. */
int num_order_mixed(const struct num *a, const struct num *b);

/* -1, 0 or 1 by their exact values; neither may be NaN. */
static inline int
num_order(const struct num *a, const struct num *b)
{
	if (a->whole != b->whole)
		return num_order_mixed(a, b);
	return a->whole ? (a->i > b->i) - (a->i < b->i) :
	    (a->d > b->d) - (a->d < b->d);
}

/* m * 10^e10, correctly rounded; false outside -27 <= e10 <= 27, where text
 * must be parsed. */
bool num_from_decimal(uint64_t m, int e10, double *out);

/* Shortest round-trip text, at most NUM_TEXT_MAX - 1 bytes and a NUL;
 * returns the length.  Integral values print without a point ("3"), large
 * and small ones as 1e21 and 1e-7, and "NaN", "Infinity", "-Infinity". */
size_t num_print_f64(char *out, double v);
size_t num_print_f32(char *out, float v);
size_t num_print_i64(char *out, int64_t v);
size_t num_print_u64(char *out, uint64_t v);

/* The order of class names that are numbers: by value, and by bytes where
 * values are the same or one is no number.  Below, at or above 0. */
int num_compare_text(const char *a, size_t na, const char *b, size_t nb);
/* Sort n class names: numbers so, other words by bytes. */
void num_sort_texts(const char **text, size_t n, bool numbers);

#endif
