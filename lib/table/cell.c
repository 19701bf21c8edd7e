/*
 * What the text of a cell means: words for missing, the kind of a value,
 * numbers read fast.
 */
#include "table/cell.h"

#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "table/decimal.h"

bool
na_usual(const char *s, size_t n)
{
	switch (n) {
	case 2:
		return s[0] == 'N' && s[1] == 'A';
	case 3:
		return memcmp(s, "N/A", 3) == 0 || memcmp(s, "NaN", 3) == 0 ||
		    memcmp(s, "nan", 3) == 0;
	case 4:
		return memcmp(s, "null", 4) == 0 ||
		    memcmp(s, "NULL", 4) == 0 || memcmp(s, "None", 4) == 0;
	default:
		return false;
	}
}

static bool
equals_word(const char *word, const char *s, size_t n)
{
	return strlen(word) == n && memcmp(word, s, n) == 0;
}

void
na_words_init(struct na_words *w, const char *const *user, size_t n)
{
	memset(w, 0, sizeof(*w));
	w->user = user;
	w->n_user = n;
	w->first['N'] = w->first['n'] = 1;
	for (size_t i = 0; i < w->n_user; i++) {
		unsigned char c = (unsigned char)w->user[i][0];

		w->first[c] = 1;
		if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.')
			w->numeric = true;
	}
}

bool
na_words_match(const struct na_words *w, const char *s, size_t n, bool quoted)
{
	if (!quoted && na_usual(s, n))
		return true;
	for (size_t i = 0; i < w->n_user; i++)
		if (equals_word(w->user[i], s, n))
			return true;
	return false;
}

bool
cell_int(const char *s, size_t n, int64_t *v)
{
	size_t sign = n > 0 && (*s == '-' || *s == '+');

	if (n - sign > 1 && s[sign] == '0')
		return false;
	if (n == 0 || n > 20 || s[n - 1] < '0' || s[n - 1] > '9')
		return false;
	return num_parse_i64(s, n, v);
}

/* Leading zeros before another digit make it a code: "007", "00.5". */
static bool
has_leading_zero(const char *s, size_t n)
{
	size_t sign = n > 0 && (*s == '-' || *s == '+');

	return n - sign > 1 && s[sign] == '0' && s[sign + 1] >= '0' &&
	    s[sign + 1] <= '9';
}

bool
cell_float(const char *s, size_t n, double *v)
{
	if (n == 0 || has_leading_zero(s, n))
		return false;
	return num_parse_f64(s, n, v);
}

bool
cell_bool(const char *s, size_t n, uint8_t *v)
{
	if (n == 4 && (memcmp(s, "true", 4) == 0 ||
	    memcmp(s, "True", 4) == 0 || memcmp(s, "TRUE", 4) == 0)) {
		*v = 1;
		return true;
	}
	if (n == 5 && (memcmp(s, "false", 5) == 0 ||
	    memcmp(s, "False", 5) == 0 || memcmp(s, "FALSE", 5) == 0)) {
		*v = 0;
		return true;
	}
	return false;
}

bool
cell_date(const char *s, size_t n, int64_t *us)
{
	return n >= 10 && *s >= '0' && *s <= '9' && clock_parse(s, n, us);
}

enum value_kind
cell_kind_text(const char *s, size_t n)
{
	int64_t us;

	return cell_date(s, n, &us) ? VALUE_DATE : VALUE_STRING;
}

enum value_kind
cell_kind(const char *s, size_t n)
{
	int64_t i;
	double d;
	uint8_t b;

	if (cell_int(s, n, &i))
		return VALUE_INT;
	if (cell_float(s, n, &d))
		return VALUE_FLOAT;
	if (cell_bool(s, n, &b))
		return VALUE_BOOL;
	return cell_kind_text(s, n);
}

enum col_type
kinds_type(unsigned kinds)
{
	switch (kinds) {
	case VALUE_INT:
		return COL_INT64;
	case 0:
	case VALUE_FLOAT:
	case VALUE_FLOAT | VALUE_INT:
		return COL_FLOAT64;
	case VALUE_BOOL:
		return COL_BOOL;
	case VALUE_DATE:
		return COL_DATETIME;
	default:
		return COL_CATEGORY;
	}
}

enum col_type
strings_type(size_t distinct, size_t values)
{
	return distinct > 20 && distinct > values / 2 ? COL_TEXT :
	    COL_CATEGORY;
}

static inline bool
digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

const char *
cell_skip_number(const char *p, bool whole)
{
	bool minus = *p == '-';
	const char *digits = p += minus;

	while (digit(*p))
		p++;
	/* 18 digits fit, and 007 is none */
	if (p == digits || p - digits > 18 || (*digits == '0' &&
	    (minus || p - digits > 1)))
		return NULL;
	if (whole || *p != '.')
		return p;
	digits = ++p;
	while (digit(*p))
		p++;
	return p == digits ? NULL : p;
}

/* A byte that is no digit shows in its top bit, the first one for sure. */
static inline uint64_t
others_of(uint64_t w)
{
	return (((w & 0x7f * DECIMAL_BYTES) + 0x76 * DECIMAL_BYTES) | w) &
	    0x80 * DECIMAL_BYTES;
}

/* Up to 8 digits at p in one step: how many, and their value. */
static inline unsigned
digits8(const char *p, uint64_t *value)
{
	uint64_t w = decimal_word(p), bad = others_of(w);
	unsigned n = bad == 0 ? 8 : (unsigned)__builtin_ctzll(bad) >> 3;

	*value = n == 0 ? 0 : decimal_join(w, n);
	return n;
}

/* The digits at p after those that made *m; where they end.  Only their
 * count can tell that *m is too large. */
static inline const char *
scan_digits(const char *p, const char *end, uint64_t *m)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	static const uint64_t shift[] = { 1, 10, 100, 1000, 10000, 100000,
	    1000000, 10000000, 100000000 };

	while (end - p >= 8) {
		uint64_t v;
		unsigned n = digits8(p, &v);

		*m = *m * shift[n] + v;
		p += n;
		if (n < 8)
			return p;
	}
#else
	(void)end;
#endif
	for (; digit(*p); p++)
		*m = *m * 10 + (uint64_t)(*p - '0');
	return p;
}

/*
 * Most numbers are short: digits, a point, digits and what follows within eight
 * bytes.  They are read without a branch on their lengths.  NULL: not so.
 */
static inline const char *
scan_short(const char *p, const char *end, double *v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t w, bad;
	unsigned point, stop;

	if (end - p < 8)
		return NULL;
	w = decimal_word(p);
	bad = others_of(w);
	if ((bad & (bad - 1)) == 0)
		return NULL;
	point = (unsigned)__builtin_ctzll(bad) >> 3;
	stop = (unsigned)__builtin_ctzll(bad & (bad - 1)) >> 3;
	if (point == 0 || p[point] != '.' || (p[stop] | 32) == 'e' ||
	    (*p == '0' && point > 1))
		return NULL;
	*v = decimal_value(w, stop, point);
	return p + stop;
#else
	(void)p;
	(void)end;
	(void)v;
	return NULL;
#endif
}

const char *
cell_scan_float(const char *p, const char *end, double *v)
{
	static const double sign[] = { 1, -1 };
	bool neg = *p == '-';
	const char *start, *point;
	uint64_t m = 0;
	int digits, exp = 0;
	double d;

	p += neg | (*p == '+');
	if ((start = scan_short(p, end, &d)) != NULL) {
		*v = d * sign[neg];
		return start;
	}
	start = p;
	if (p[0] == '0' && digit(p[1]))
		return NULL;
	for (; digit(*p); p++)
		m = m * 10 + (uint64_t)(*p - '0');
	digits = (int)(p - start);
	if (*p == '.') {
		point = ++p;
		p = scan_digits(p, end, &m);
		exp = -(int)(p - point);
		digits -= exp;
	}
	if (digits == 0 || digits > 19)
		return NULL;
	if ((*p | 32) == 'e') {
		bool down = p[1] == '-';
		int x = 0;

		p += 1 + (down || p[1] == '+');
		if (!digit(*p))
			return NULL;
		for (; digit(*p); p++) {
			x = x * 10 + (*p - '0');
			if (x > 999)
				return NULL;
		}
		exp += down ? -x : x;
	}
	if (!num_from_decimal(m, exp, &d))
		return NULL;
	*v = d * sign[neg];
	return p;
}
