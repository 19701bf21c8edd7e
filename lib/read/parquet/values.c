/* Parquet's values as numbers, dates and text. */
#include "read/parquet/values.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"
#include "codec/json.h"
#include "table/cell.h"

#define DAY_US INT64_C(86400000000)
#define JULIAN_1970 2440588
#define DECIMAL_BYTES 32

enum col_type
parquet_col_type(const struct parquet_column *c)
{
	if (c->max_rep > 0)
		return COL_CATEGORY;
	switch (c->logical) {
	case PARQUET_DECIMAL:
		return c->scale == 0 && c->precision <= 18 &&
		    c->physical <= PARQUET_INT64 ? COL_INT64 : COL_FLOAT64;
	case PARQUET_DATE:
	case PARQUET_TIMESTAMP: return COL_DATETIME;
	case PARQUET_FLOAT16: return COL_FLOAT64;
	case PARQUET_TIME: return COL_CATEGORY;
	default: break;
	}
	switch (c->physical) {
	case PARQUET_BOOLEAN: return COL_BOOL;
	case PARQUET_INT32:
	case PARQUET_INT64: return COL_INT64;
	case PARQUET_FLOAT:
	case PARQUET_DOUBLE: return COL_FLOAT64;
	case PARQUET_INT96: return COL_DATETIME;
	default: return COL_CATEGORY;
	}
}

bool
parquet_may_widen(const struct parquet_column *c)
{
	return c->logical == PARQUET_UINT && c->physical == PARQUET_INT64 &&
	    c->max_rep == 0;
}

/* ---- numbers ---- */

static int64_t
whole_value(const struct parquet_column *c, const struct parquet_values *v,
    size_t i)
{
	if (c->physical == PARQUET_INT64)
		return v->i64[i];
	return c->logical == PARQUET_UINT ? (int64_t)(uint32_t)v->i32[i] :
	    v->i32[i];
}

/* Big-endian two's complement to magnitude and sign, in words of 32 bits from
 * the low end; false when it is longer than any decimal. */
static bool
decimal_words(uint32_t word[DECIMAL_BYTES / 4], bool *minus,
    const struct parquet_bytes *b)
{
	const uint8_t *s = (const uint8_t *)b->s;
	uint64_t carry;

	memset(word, 0, DECIMAL_BYTES);
	*minus = b->n > 0 && s[0] >= 0x80;
	if (b->n > DECIMAL_BYTES)
		return false;
	for (uint32_t i = 0; i < DECIMAL_BYTES; i++) {
		uint8_t byte = i < b->n ? s[b->n - 1 - i] : *minus ? 0xff : 0;

		word[i / 4] |= (uint32_t)byte << 8 * (i % 4);
	}
	carry = 1;
	for (size_t i = 0; *minus && i < DECIMAL_BYTES / 4; i++) {
		carry += ~word[i];
		word[i] = (uint32_t)carry;
		carry >>= 32;
	}
	return true;
}

/* Digits of the magnitude, most significant first, in out[0..n). */
static size_t
decimal_digits(char out[80], uint32_t word[DECIMAL_BYTES / 4])
{
	char back[80];
	size_t n = 0;
	bool more = true;

	while (more) {
		uint64_t rest = 0;

		more = false;
		for (size_t i = DECIMAL_BYTES / 4; i-- > 0;) {
			rest = rest << 32 | word[i];
			word[i] = (uint32_t)(rest / 10);
			rest %= 10;
			more = more || word[i] != 0;
		}
		back[n++] = (char)('0' + rest);
	}
	for (size_t i = 0; i < n; i++)
		out[i] = back[n - 1 - i];
	return n;
}

static bool
decimal_value(double *out, const struct parquet_column *c,
    const struct parquet_values *v, size_t i)
{
	uint32_t word[DECIMAL_BYTES / 4];
	uint64_t m;
	bool minus = false;
	char text[96];
	size_t n = 0;

	if (c->physical <= PARQUET_INT64) {
		int64_t whole = c->physical == PARQUET_INT64 ? v->i64[i] :
		    v->i32[i];

		minus = whole < 0;
		m = minus ? 0 - (uint64_t)whole : (uint64_t)whole;
		word[0] = (uint32_t)m;
		word[1] = (uint32_t)(m >> 32);
		memset(word + 2, 0, sizeof(word) - 8);
	} else if (!decimal_words(word, &minus, &v->bytes[i])) {
		return false;
	}
	m = (uint64_t)word[1] << 32 | word[0];
	for (size_t k = 2; k < DECIMAL_BYTES / 4; k++)
		n += word[k] != 0;
	if (n == 0 && num_from_decimal(m, -c->scale, out)) {
		*out = minus && m != 0 ? -*out : *out;
		return true;
	}
	text[0] = '-';
	n = minus;
	n += decimal_digits(text + n, word);
	text[n++] = 'e';
	n += num_print_i64(text + n, -(int64_t)c->scale);
	return num_parse_f64(text, n, out);
}

static double
half_value(const uint8_t *s)
{
	unsigned bits = (unsigned)(s[0] | s[1] << 8);
	unsigned exponent = bits >> 10 & 31, part = bits & 1023;
	double v;

	if (exponent == 31)
		v = part ? NAN : INFINITY;
	else if (exponent == 0)
		v = ldexp(part, -24);
	else
		v = ldexp(1024 + part, (int)exponent - 25);
	return bits >> 15 ? -v : v;
}

static int
fill_floats(double *out, const struct parquet_column *c,
    const struct parquet_values *v, struct err *e)
{
	if (c->logical == PARQUET_DECIMAL) {
		for (size_t i = 0; i < v->n; i++)
			if (!decimal_value(&out[i], c, v, i))
				return err_set(e, ERR_FORMAT, "a decimal of "
				    "more than 76 digits");
	} else if (c->logical == PARQUET_FLOAT16) {
		for (size_t i = 0; i < v->n; i++)
			out[i] = half_value((const uint8_t *)v->bytes[i].s);
	} else if (c->physical == PARQUET_FLOAT) {
		for (size_t i = 0; i < v->n; i++)
			out[i] = (double)v->f32[i];
	} else if (v->n > 0) {
		memcpy(out, v->f64, v->n * sizeof(*out));
	}
	return 0;
}

/* ---- dates ---- */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days since 1970 and microseconds, if that fits. */
static bool
day_time(int64_t *out, int64_t day, int64_t us)
{
	int64_t at;

	return !__builtin_mul_overflow(day, DAY_US, &at) &&
	    !__builtin_add_overflow(at, us, out);
}

static bool
date_value(int64_t *out, const struct parquet_column *c,
    const struct parquet_values *v, size_t i)
{
	int64_t t;

	if (c->physical == PARQUET_INT96) {
		const char *s = v->bytes[i].s;

		t = (int64_t)get_le64(s);
		return day_time(out, (int64_t)get_le32(s + 8) - JULIAN_1970,
		    floor_div(t, 1000));
	}
	if (c->logical == PARQUET_DATE)
		return day_time(out, v->i32[i], 0);
	t = v->i64[i];
	if (c->digits == 3) {
		if (t > INT64_MAX / 1000 || t < INT64_MIN / 1000)
			return false;
		*out = t * 1000;
	} else {
		*out = c->digits == 6 ? t : floor_div(t, 1000);
	}
	return true;
}

static int
fill_whole(int64_t *out, bool *wide, const struct parquet_column *c,
    const struct parquet_values *v)
{
	bool big = parquet_may_widen(c);

	if (c->physical == PARQUET_INT64 && v->n > 0)
		memcpy(out, v->i64, v->n * sizeof(*out));
	else
		for (size_t i = 0; i < v->n; i++)
			out[i] = whole_value(c, v, i);
	for (size_t i = 0; big && i < v->n; i++)
		*wide = *wide || v->i64[i] < 0;
	for (size_t i = 0; *wide && i < v->n; i++) {
		double d = big ? (double)(uint64_t)v->i64[i] : (double)out[i];

		memcpy(&out[i], &d, sizeof(d));
	}
	return 0;
}

int
parquet_numbers(void *out, bool *wide, const struct parquet_column *c,
    const struct parquet_values *v, struct err *e)
{
	int64_t *us = out;

	switch (parquet_col_type(c)) {
	case COL_BOOL:
		if (v->n > 0)
			memcpy(out, v->b, v->n);
		return 0;
	case COL_INT64:
		return fill_whole(out, wide, c, v);
	case COL_DATETIME:
		for (size_t i = 0; i < v->n; i++)
			if (!date_value(&us[i], c, v, i))
				return err_set(e, ERR_FORMAT, "a date beyond "
				    "what 64 bits of microseconds hold");
		return 0;
	default:
		return fill_floats(out, c, v, e);
	}
}

int
parquet_dates(int64_t *us, bool *any, const struct parquet_values *v,
    struct err *e)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct parquet_bytes *b = &v->bytes[i];

		if (b->n == 0)
			us[i] = PARQUET_NO_DATE;
		else if (cell_date(b->s, b->n, &us[i]))
			*any = true;
		else
			return err_set(e, ERR_FORMAT, "a text that is no "
			    "date");
	}
	return 0;
}

/* ---- text ---- */

static void
put_hex(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%02x", (unsigned char)s[i]);
}

static void
put_time(struct buf *out, int64_t t, int digits)
{
	int64_t unit = digits == 3 ? 1000 : digits == 6 ? 1000000 : 1000000000;
	int64_t s = floor_div(t, unit), rest = t - s * unit;
	char fraction[16];
	int n = digits;

	buf_addf(out, "%02lld:%02lld:%02lld", (long long)(s / 3600),
	    (long long)(s / 60 % 60), (long long)(s % 60));
	if (rest == 0)
		return;
	for (int i = digits - 1; i >= 0; i--, rest /= 10)
		fraction[i] = (char)('0' + rest % 10);
	while (fraction[n - 1] == '0')
		n--;
	buf_addc(out, '.');
	buf_add(out, fraction, (size_t)n);
}

static void
put_uuid(struct buf *out, const char *s)
{
	static const int part[] = { 4, 2, 2, 2, 6 };

	for (size_t i = 0; i < 5; i++) {
		if (i > 0)
			buf_addc(out, '-');
		put_hex(out, s, (size_t)part[i]);
		s += part[i];
	}
}

static void
put_bytes(struct buf *out, const struct parquet_column *c,
    const struct parquet_bytes *b)
{
	if (c->logical == PARQUET_UUID) {
		put_uuid(out, b->s);
	} else if (c->logical == PARQUET_INTERVAL) {
		uint32_t ms = get_le32(b->s + 8);

		buf_addf(out, "P%uM%uDT%u.%03uS", get_le32(b->s),
		    get_le32(b->s + 4), ms / 1000, ms % 1000);
	} else if (memchr(b->s, '\0', b->n) == NULL && utf8_ok(b->s, b->n)) {
		buf_add(out, b->s, b->n);
	} else {
		buf_adds(out, "\\x");
		put_hex(out, b->s, b->n);
	}
}

/* The single value i, to be made a number of. */
static struct parquet_values
one_value(const struct parquet_column *c, const struct parquet_values *v,
    size_t i)
{
	struct parquet_values one = { .n = 1 };

	switch (c->physical) {
	case PARQUET_BOOLEAN: one.b = v->b + i; break;
	case PARQUET_INT32: one.i32 = v->i32 + i; break;
	case PARQUET_INT64: one.i64 = v->i64 + i; break;
	case PARQUET_FLOAT: one.f32 = v->f32 + i; break;
	case PARQUET_DOUBLE: one.f64 = v->f64 + i; break;
	default: one.bytes = v->bytes + i; break;
	}
	return one;
}

int
parquet_text(struct buf *out, const struct parquet_column *c,
    const struct parquet_values *v, size_t i, struct err *e)
{
	(void)e;
	if (c->logical == PARQUET_TIME)
		put_time(out, c->physical == PARQUET_INT64 ? v->i64[i] :
		    v->i32[i], c->digits);
	else
		put_bytes(out, c, &v->bytes[i]);
	return 0;
}

/* A column as it would be outside of a list. */
static struct parquet_column
flat_column(const struct parquet_column *c)
{
	struct parquet_column flat = *c;

	flat.max_rep = 0;
	return flat;
}

int
parquet_json(struct buf *out, const struct parquet_column *c,
    const struct parquet_values *v, size_t i, struct err *e)
{
	const struct parquet_column flat = flat_column(c);
	const struct parquet_values one = one_value(c, v, i);
	enum col_type type = parquet_col_type(&flat);
	char text[CLOCK_TEXT_MAX];
	union { int64_t i; double d; uint8_t b; } value = { 0 };
	bool wide = false;
	struct buf s;

	if (type == COL_CATEGORY) {
		buf_init(&s, BUF_CAP_DOC);
		parquet_text(&s, c, v, i, e);
		json_quote(out, s.data, s.len);
		buf_free(&s);
		return 0;
	}
	if (parquet_numbers(&value, &wide, &flat, &one, e) != 0)
		return -1;
	if (type == COL_BOOL)
		buf_adds(out, value.b ? "true" : "false");
	else if (type == COL_DATETIME)
		json_quote(out, text, clock_print(text, value.i));
	else if (type == COL_INT64 && !wide)
		buf_add(out, text, num_print_i64(text, value.i));
	else if (isfinite(value.d))
		buf_add(out, text, num_print_f64(text, value.d));
	else
		buf_adds(out, isnan(value.d) ? "null" : value.d > 0 ?
		    "\"Infinity\"" : "\"-Infinity\"");
	return 0;
}
