/* Numbers read from text and printed, the same in every locale. */
#include "base/num.h"
#include "base/num_exact.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
num_parse_u64(const char *s, size_t n, uint64_t *out)
{
	uint64_t v = 0;

	if (n && *s == '+') {
		s++;
		n--;
	}
	if (n == 0)
		return false;
	for (; n; s++, n--) {
		if (*s < '0' || *s > '9' ||
		    __builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

bool
num_parse_i64(const char *s, size_t n, int64_t *out)
{
	bool neg = n && *s == '-';
	uint64_t v;

	if (neg) {
		s++;
		n--;
		if (n && *s == '+')
			return false;
	}
	if (!num_parse_u64(s, n, &v) || v > (uint64_t)INT64_MAX + neg)
		return false;
	*out = neg ? (int64_t)(-v) : (int64_t)v;
	return true;
}

static bool
looks_like_number(const char *s, size_t n)
{
	size_t i = 0, digits = 0;

	if (i < n && (s[i] == '+' || s[i] == '-'))
		i++;
	for (; i < n && s[i] >= '0' && s[i] <= '9'; i++)
		digits++;
	if (i < n && s[i] == '.')
		for (i++; i < n && s[i] >= '0' && s[i] <= '9'; i++)
			digits++;
	if (digits == 0)
		return false;
	if (i < n && (s[i] == 'e' || s[i] == 'E')) {
		i++;
		if (i < n && (s[i] == '+' || s[i] == '-'))
			i++;
		if (i == n)
			return false;
		for (; i < n && s[i] >= '0' && s[i] <= '9'; i++)
			;
	}
	return i == n;
}

static bool
is_word(const char *s, size_t n, const char *word)
{
	if (n != strlen(word))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((s[i] | 32) != word[i])
			return false;
	return true;
}

/* Up to 19 digits and a small exponent; false: the slow way. */
static bool
parse_plain(const char *s, size_t n, double *out)
{
	const char *end = s + n, *first;
	bool neg = n && *s == '-';
	uint64_t m = 0;
	int digits = 0, exponent = 0;

	if (n > 40)
		return false;
	s += n && (*s == '-' || *s == '+');
	for (first = s; s < end && *s >= '0' && *s <= '9'; s++)
		m = m * 10 + (uint64_t)(*s - '0');
	digits = (int)(s - first);
	if (s < end && *s == '.') {
		for (first = ++s; s < end && *s >= '0' && *s <= '9'; s++)
			m = m * 10 + (uint64_t)(*s - '0');
		exponent = -(int)(s - first);
		digits -= exponent;
	}
	if (digits == 0 || digits > 19)
		return false;
	if (end - s >= 2 && (*s | 32) == 'e') {
		bool down = *++s == '-';
		int x = 0;

		s += *s == '-' || *s == '+';
		if (s == end || end - s > 3)
			return false;
		for (; s < end && *s >= '0' && *s <= '9'; s++)
			x = x * 10 + (*s - '0');
		exponent += down ? -x : x;
	}
	if (s != end || !num_from_decimal(m, exponent, out))
		return false;
	if (neg)
		*out = -*out;
	return true;
}

bool
num_parse_f64(const char *s, size_t n, double *out)
{
	char tmp[512];
	size_t sign = n && (*s == '-' || *s == '+');

	if (parse_plain(s, n, out))
		return true;
	if (is_word(s, n, "nan")) {
		*out = NAN;
		return true;
	}
	if (is_word(s + sign, n - sign, "inf") ||
	    is_word(s + sign, n - sign, "infinity")) {
		*out = *s == '-' ? -INFINITY : INFINITY;
		return true;
	}
	if (n >= sizeof(tmp) || !looks_like_number(s, n))
		return false;
	memcpy(tmp, s, n);
	tmp[n] = '\0';
	*out = strtod(tmp, NULL);
	return true;
}

bool
num_parse_f32(const char *s, size_t n, float *out)
{
	char tmp[512];
	uint64_t u;
	double d;

	if (!num_parse_f64(s, n, &d))
		return false;
	/* Rounding twice goes wrong only half-way between two floats, and
	 * where floats get coarser (subnormal). */
	memcpy(&u, &d, sizeof(u));
	if (!isfinite(d) || d == 0 || ((u & 0x1fffffff) != 0x10000000 &&
	    fabs(d) > 1e-37)) {
		*out = (float)d;
		return true;
	}
	memcpy(tmp, s, n);
	tmp[n] = '\0';
	*out = strtof(tmp, NULL);
	return true;
}

size_t
num_print_u64(char *out, uint64_t v)
{
	char digits[NUM_TEXT_MAX];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	for (size_t i = 0; i < n; i++)
		out[i] = digits[n - 1 - i];
	out[n] = '\0';
	return n;
}

size_t
num_print_i64(char *out, int64_t v)
{
	if (v >= 0)
		return num_print_u64(out, (uint64_t)v);
	*out = '-';
	return 1 + num_print_u64(out + 1, -(uint64_t)v);
}

/* Digits and exponent, laid out as ECMAScript's Number::toString does. */
static size_t
lay_out(char *out, bool neg, const char *digits, int k, int point)
{
	char *o = out;

	if (neg)
		*o++ = '-';
	if (k <= point && point <= 21) {
		memcpy(o, digits, (size_t)k);
		o += k;
		for (int i = k; i < point; i++)
			*o++ = '0';
	} else if (0 < point && point <= 21) {
		memcpy(o, digits, (size_t)point);
		o += point;
		*o++ = '.';
		memcpy(o, digits + point, (size_t)(k - point));
		o += k - point;
	} else if (-6 < point && point <= 0) {
		*o++ = '0';
		*o++ = '.';
		for (int i = point; i < 0; i++)
			*o++ = '0';
		memcpy(o, digits, (size_t)k);
		o += k;
	} else {
		*o++ = digits[0];
		if (k > 1) {
			*o++ = '.';
			memcpy(o, digits + 1, (size_t)(k - 1));
			o += k - 1;
		}
		o += snprintf(o, 8, "e%d", point - 1);
	}
	*o = '\0';
	return (size_t)(o - out);
}

static size_t
print_special(char *out, double v)
{
	const char *s = isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity";

	memcpy(out, s, strlen(s) + 1);
	return strlen(s);
}

static size_t
print_float(char *out, double v, int least, int most, bool single)
{
	char text[64], digits[32];
	int k = 0, exponent;
	const char *s;
	uint64_t quick;

	if (!isfinite(v))
		return print_special(out, v);
	if (v == 0) {
		memcpy(out, "0", 2);
		return 1;
	}
	if (num_shortest(&quick, &k, &exponent, fabs(v), single)) {
		num_print_u64(digits, quick);
		return lay_out(out, v < 0, digits, k, exponent);
	}
	for (int p = least; p <= most; p++) {
		snprintf(text, sizeof(text), "%.*e", p - 1, fabs(v));
		if (single ? strtof(text, NULL) == (float)fabs(v) :
		    strtod(text, NULL) == fabs(v))
			break;
	}
	for (s = text; *s != 'e'; s++)
		if (*s != '.')
			digits[k++] = *s;
	exponent = atoi(s + 1);
	while (k > 1 && digits[k - 1] == '0')
		k--;
	return lay_out(out, v < 0, digits, k, exponent + 1);
}

size_t
num_print_f64(char *out, double v)
{
	return print_float(out, v, 1, 17, false);
}

size_t
num_print_f32(char *out, float v)
{
	return print_float(out, (double)v, 1, 9, true);
}

bool
num_parse(const char *s, size_t n, struct num *out)
{
	size_t whole = n;

	while (whole > 0 && s[whole - 1] == '0')
		whole--;
	whole = whole > 1 && s[whole - 1] == '.' ? whole - 1 : n;
	if (num_parse_i64(s, whole, &out->i)) {
		*out = num_of_i64(out->i);
		return true;
	}
	*out = num_of_f64(0);
	return num_parse_f64(s, n, &out->d);
}

/* An integer and a double, exactly. */
static int
order_whole(int64_t i, double d)
{
	int64_t whole;

	if (d >= 0x1p63)
		return -1;
	if (d < -0x1p63)
		return 1;
	whole = (int64_t)d;	/* towards zero */
	if (i != whole)
		return i < whole ? -1 : 1;
	d -= (double)whole;
	return d > 0 ? -1 : d < 0;
}

int
num_order_mixed(const struct num *a, const struct num *b)
{
	return a->whole ? order_whole(a->i, b->d) : -order_whole(b->i, a->d);
}

int
num_compare_text(const char *a, size_t na, const char *b, size_t nb)
{
	size_t n = na < nb ? na : nb;
	struct num x, y;
	int c = 0;

	if (num_parse(a, na, &x) && num_parse(b, nb, &y))
		c = num_order(&x, &y);
	if (c == 0 && n > 0)
		c = memcmp(a, b, n);
	return c ? c : (na > nb) - (na < nb);
}

static int
by_value(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;

	return num_compare_text(x, strlen(x), y, strlen(y));
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
num_sort_texts(const char **text, size_t n, bool numbers)
{
	qsort(text, n, sizeof(*text), numbers ? by_value : by_bytes);
}
