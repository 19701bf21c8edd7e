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

#endif
