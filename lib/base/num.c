#include "base/num.h"

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

bool
num_parse_f64(const char *s, size_t n, double *out)
{
	char tmp[512];
	size_t sign = n && (*s == '-' || *s == '+');

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
	double d;

	if (!num_parse_f64(s, n, &d))
		return false;
	if (!isfinite(d)) {
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
	return (size_t)snprintf(out, NUM_TEXT_MAX, "%llu",
	    (unsigned long long)v);
}

size_t
num_print_i64(char *out, int64_t v)
{
	return (size_t)snprintf(out, NUM_TEXT_MAX, "%lld", (long long)v);
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

	if (!isfinite(v))
		return print_special(out, v);
	if (v == 0) {
		memcpy(out, "0", 2);
		return 1;
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
