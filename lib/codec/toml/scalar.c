/* Numbers, dates and words of TOML. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "codec/toml/internal.h"

#define WORD_MAX 512	/* bytes of a number; a date has fewer */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* `n` digits at s as a number, or -1. */
static int
digits_at(const char *s, const char *end, int n)
{
	int v = 0;

	if (end - s < n)
		return -1;
	for (int i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

/* Bytes of "2026-01-02" at s, 0 when there is no such day. */
static size_t
date_length(const char *s, const char *end)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
	    31 };
	int y = digits_at(s, end, 4), m, d;
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

	if (y < 0 || end - s < 10 || s[4] != '-' || s[7] != '-')
		return 0;
	m = digits_at(s + 5, end, 2);
	d = digits_at(s + 8, end, 2);
	if (m < 1 || m > 12 || d < 1 ||
	    d > days[m - 1] + (m == 2 && leap ? 1 : 0))
		return 0;
	return 10;
}

/* Bytes of "03:04:05.678" at s, or 0. */
static size_t
time_length(const char *s, const char *end)
{
	size_t n = 8;

	if (end - s < 8 || s[2] != ':' || s[5] != ':' ||
	    digits_at(s, end, 2) < 0 || digits_at(s, end, 2) > 23 ||
	    digits_at(s + 3, end, 2) < 0 || digits_at(s + 3, end, 2) > 59 ||
	    digits_at(s + 6, end, 2) < 0 || digits_at(s + 6, end, 2) > 60)
		return 0;
	if (end - s > 9 && s[8] == '.' && is_digit(s[9]))
		for (n = 9; s + n < end && is_digit(s[n]); n++)
			;
	return n;
}

/* Bytes of "Z" or "+01:00" at s, or 0. */
static size_t
offset_length(const char *s, const char *end)
{
	if (s < end && (*s | 32) == 'z')
		return 1;
	if (end - s < 6 || (*s != '+' && *s != '-') || s[3] != ':' ||
	    digits_at(s + 1, end, 2) < 0 || digits_at(s + 1, end, 2) > 23 ||
	    digits_at(s + 4, end, 2) < 0 || digits_at(s + 4, end, 2) > 59)
		return 0;
	return 6;
}

/* Bytes of a date, a time or both, 0 when it is none. */
static size_t
moment_length(const char *s, const char *end)
{
	size_t n = date_length(s, end), t;

	if (n == 0)
		return time_length(s, end);
	if (s + n < end && ((s[n] | 32) == 't' || s[n] == ' ') &&
	    (t = time_length(s + n + 1, end)) != 0) {
		n += 1 + t;
		n += offset_length(s + n, end);
	}
	return n;
}

/* The digits without what stands between them for the eye; false where a '_'
 * has no digit on both sides. */
static bool
drop_underscores(char *out, size_t *n, const char *s, size_t len)
{
	bool hex = len > 2 && s[0] == '0' && s[1] == 'x';

	*n = 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] != '_') {
			out[(*n)++] = s[i];
			continue;
		}
		if (i == 0 || i + 1 == len ||
		    !(hex ? is_hex(s[i - 1]) : is_digit(s[i - 1])) ||
		    !(hex ? is_hex(s[i + 1]) : is_digit(s[i + 1])))
			return false;
	}
	return true;
}

static bool
read_based(int64_t *out, const char *s, size_t n)
{
	int base = s[1] == 'x' ? 16 : s[1] == 'o' ? 8 : 2;
	uint64_t v = 0;

	if (n < 3 || s[2] == '_')
		return false;
	for (size_t i = 2; i < n; i++) {
		int d = is_digit(s[i]) ? s[i] - '0' : is_hex(s[i]) ?
		    (s[i] | 32) - 'a' + 10 : 99;

		if (d >= base || v > (uint64_t)INT64_MAX / (uint64_t)base)
			return false;
		v = v * (uint64_t)base + (uint64_t)d;
	}
	*out = (int64_t)v;
	return v <= INT64_MAX;
}

/* "1", "-1.5", "6e-7": no zero in front, digits around the point. */
static bool
is_decimal(const char *s, size_t n, bool *whole)
{
	const char *end = s + n, *first;

	*whole = true;
	if (s < end && (*s == '+' || *s == '-'))
		s++;
	first = s;
	while (s < end && is_digit(*s))
		s++;
	if (s == first || (s - first > 1 && *first == '0'))
		return false;
	if (s < end && *s == '.') {
		*whole = false;
		first = ++s;
		while (s < end && is_digit(*s))
			s++;
		if (s == first)
			return false;
	}
	if (s < end && (*s | 32) == 'e') {
		*whole = false;
		s++;
		if (s < end && (*s == '+' || *s == '-'))
			s++;
		first = s;
		while (s < end && is_digit(*s))
			s++;
		if (s == first)
			return false;
	}
	return s == end;
}

static bool
read_number(struct json *j, const char *s, size_t len)
{
	char word[WORD_MAX];
	size_t n;
	bool whole;

	if (len == 0 || len > WORD_MAX ||
	    !drop_underscores(word, &n, s, len))
		return false;
	if (n > 2 && word[0] == '0' && strchr("xob", word[1]) && word[1]) {
		j->type = JSON_INT;
		if (s[2] == '_' || !read_based(&j->i, word, n))
			return false;
		j->d = (double)j->i;
		return true;
	}
	if (!is_decimal(word, n, &whole))
		return false;
	j->type = whole ? JSON_INT : JSON_REAL;
	if (!whole)
		return num_parse_f64(word, n, &j->d);
	if (!num_parse_i64(word, n, &j->i))
		return false;
	j->d = (double)j->i;
	return true;
}

static bool
read_word(struct json *j, const char *s, size_t n)
{
	size_t sign = n && (*s == '+' || *s == '-');

	if (n - sign == 3 && (memcmp(s + sign, "inf", 3) == 0 ||
	    memcmp(s + sign, "nan", 3) == 0)) {
		j->type = JSON_REAL;
		j->d = s[sign] == 'i' ? (double)INFINITY : (double)NAN;
		j->d = *s == '-' ? -j->d : j->d;
		return true;
	}
	j->type = JSON_BOOL;
	j->b = n == 4;
	return (n == 4 && memcmp(s, "true", 4) == 0) ||
	    (n == 5 && memcmp(s, "false", 5) == 0);
}

int
toml_scalar(struct json **out, struct toml_reader *r, struct err *e)
{
	const char *s = r->at;
	struct json *j = json_new(r->a, JSON_TEXT);
	size_t n = moment_length(s, r->end);

	j->line = r->line;
	*out = j;
	if (n == 0)
		while (s + n < r->end && s[n] != ',' && s[n] != ']' &&
		    s[n] != '}' && s[n] != '#' && s[n] != ' ' && s[n] != '\t' &&
		    s[n] != '\r' && s[n] != '\n')
			n++;
	r->at = s + n;
	if (moment_length(s, s + n) == n && n) {
		j->s = arena_strndup(r->a, s, n);
		j->n = n;
		return 0;
	}
	return n && (read_number(j, s, n) || read_word(j, s, n)) ? 0 :
	    toml_fail(r, e, n ? "there is no such value" :
	    "a value is expected");
}
