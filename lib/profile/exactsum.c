/*
 * A long fixed-point number: doubles added to it, and the sum rounded once.
 */
#include "profile/exactsum.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

#define LOW 0xffffffffu

/* Carries up, so that every limb but the top one is in [0, 2^32). */
static void
carry_up(struct exact *x)
{
	int64_t c = 0;

	for (size_t i = 0; i < EXACT_LIMBS - 1; i++) {
		int64_t v = x->limb[i] + c;

		x->limb[i] = (int64_t)((uint64_t)v & LOW);
		c = (v - x->limb[i]) / ((int64_t)1 << 32);
	}
	x->limb[EXACT_LIMBS - 1] += c;
	x->pending = 0;
}

/* m * 2^bit units, bit >= 0. */
static void
add_at(struct exact *x, uint64_t m, unsigned bit, bool neg)
{
	unsigned i = bit >> 5, s = bit & 31;
	int64_t a = (int64_t)((m << s) & LOW);
	int64_t b = (int64_t)((m >> (32 - s)) & LOW);
	int64_t c = s == 0 ? 0 : (int64_t)(m >> (64 - s));

	if (s == 0)
		b = (int64_t)(m >> 32);
	x->limb[i] += neg ? -a : a;
	x->limb[i + 1] += neg ? -b : b;
	x->limb[i + 2] += neg ? -c : c;
}

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 wide_magnitude;

#define EXPONENTS 2048
#define FRACTION (((uint64_t)1 << 52) - 1)

/* Sums of the integers that stand before 2^exponent, apart by exponent: one
 * addition a value, and carries only at the end. */
struct by_exponent {
	wide sum[EXPONENTS];
	wide_magnitude square[EXPONENTS];
};

/* A finite number is +-m * 2^exponent units. */
static uint64_t
split_double(double v, unsigned *exponent, bool *neg)
{
	uint64_t u, normal;

	memcpy(&u, &v, sizeof(u));
	*exponent = u >> 52 & 0x7ff;
	normal = *exponent > 0;
	*exponent -= (unsigned)normal;
	*neg = u >> 63;
	return (u & FRACTION) | normal << 52;
}

static void
add_wide(struct exact *x, wide_magnitude m, unsigned bit, bool neg)
{
	add_at(x, (uint64_t)m, bit, neg);
	add_at(x, (uint64_t)(m >> 64), bit + 64, neg);
	x->pending += 2;
	if (x->pending >= 1u << 28)
		carry_up(x);
}

void
exact_add(struct exact *sum, struct exact *squares, const double *v, size_t n)
{
	struct by_exponent by;
	unsigned low = EXPONENTS - 1, high = 0, e;
	bool neg;

	for (size_t i = 0; i < n; i++) {
		split_double(v[i], &e, &neg);
		low = e < low ? e : low;
		high = e > high ? e : high;
	}
	for (e = low; e <= high; e++) {
		by.sum[e] = 0;
		by.square[e] = 0;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t m = split_double(v[i], &e, &neg);

		by.sum[e] += (wide)(int64_t)((m ^ -(uint64_t)neg) + neg);
		by.square[e] += (wide_magnitude)m * m;
	}
	for (e = low; e <= high; e++) {
		wide s = by.sum[e];

		if (by.square[e] == 0)
			continue;
		add_wide(sum, (wide_magnitude)(s < 0 ? -s : s), e, s < 0);
		add_wide(squares, by.square[e], 2 * e, false);
	}
}

void
exact_remove(struct exact *sum, struct exact *squares, double v)
{
	unsigned e;
	bool neg;
	uint64_t m = split_double(v, &e, &neg);

	add_wide(sum, m, e, !neg);
	add_wide(squares, (wide_magnitude)m * m, 2 * e, true);
}

void
exact_merge(struct exact *to, const struct exact *from)
{
	struct exact x = *from;

	carry_up(&x);
	carry_up(to);
	for (size_t i = 0; i < EXACT_LIMBS; i++)
		to->limb[i] += x.limb[i];
	carry_up(to);
}

/* The magnitude as 32-bit limbs; true when the sum is negative. */
static bool
get_magnitude(uint32_t *out, const struct exact *from)
{
	struct exact x = *from;
	bool neg;

	carry_up(&x);
	neg = x.limb[EXACT_LIMBS - 1] < 0;
	if (neg) {
		for (size_t i = 0; i < EXACT_LIMBS; i++)
			x.limb[i] = -x.limb[i];
		carry_up(&x);
	}
	for (size_t i = 0; i < EXACT_LIMBS; i++)
		out[i] = (uint32_t)x.limb[i];
	return neg;
}

/* The top of a number of n limbs: 53 bits rounded to nearest even as an
 * integer, and how many bits are below them. */
static uint64_t
top_bits(const uint32_t *m, size_t n, int *below)
{
	size_t k = n;
	uint64_t v = 0, rest = 0, half;
	int bits, cut;
	bool sticky = false;

	*below = 0;
	while (k > 0 && m[k - 1] == 0)
		k--;
	if (k == 0)
		return 0;
	/* v: the top 64 bits (or all), `rest` whether anything is lower */
	for (size_t i = 0; i < 2 && k > i; i++)
		v = v << 32 | m[k - 1 - i];
	bits = 32 - __builtin_clz(m[k - 1]);
	if (k == 1) {
		*below = 0;
		return v;
	}
	bits += 32;
	*below = (int)(k - 2) * 32;
	if (k > 2 && bits < 64) {
		int add = 64 - bits;

		v = v << add | m[k - 3] >> (32 - add);
		rest = m[k - 3] & (LOW >> add);
		*below -= add;
		bits = 64;
	} else if (k > 2) {
		rest = m[k - 3];
	}
	for (size_t i = 0; i + 3 < k && rest == 0; i++)
		rest |= m[i];
	cut = bits - 53;
	if (cut <= 0)
		return v;
	half = (uint64_t)1 << (cut - 1);
	sticky = rest != 0 || (v & (half - 1)) != 0;
	rest = v & half;
	v >>= cut;
	*below += cut;
	if (rest != 0 && (sticky || (v & 1)))
		v++;
	return v;
}

double
exact_mean(const struct exact *x, uint64_t n)
{
	uint32_t m[EXACT_LIMBS];
	bool neg = get_magnitude(m, x);
	int below;
	uint64_t v = top_bits(m, EXACT_LIMBS, &below);
	double d = ldexp((double)v / (double)n, below - 1074);

	return neg ? -d : d;
}

double
exact_value(const struct exact *x)
{
	return exact_mean(x, 1);
}

/* n*squares - sum^2 is the result times 2^*even, an even number. */
static double
spread(int *even, const struct exact *sum, const struct exact *squares,
    uint64_t n)
{
	uint32_t s[EXACT_LIMBS], q[EXACT_LIMBS];
	uint32_t a[2 * EXACT_LIMBS + 2] = { 0 }, b[2 * EXACT_LIMBS + 2] = { 0 };
	uint32_t factor[2] = { (uint32_t)n, (uint32_t)(n >> 32) };
	int64_t borrow = 0;
	int below;
	double d;

	get_magnitude(s, sum);
	get_magnitude(q, squares);
	for (size_t i = 0; i < EXACT_LIMBS; i++) {
		uint64_t c = 0;

		for (size_t k = 0; s[i] != 0 && k < EXACT_LIMBS; k++) {
			c += (uint64_t)s[i] * s[k] + a[i + k];
			a[i + k] = (uint32_t)c;
			c >>= 32;
		}
		if (s[i] != 0)
			a[i + EXACT_LIMBS] = (uint32_t)c;
	}
	for (size_t i = 0; i < 2; i++) {
		uint64_t c = 0;

		for (size_t k = 0; k < EXACT_LIMBS; k++) {
			c += (uint64_t)factor[i] * q[k] + b[i + k];
			b[i + k] = (uint32_t)c;
			c >>= 32;
		}
		b[i + EXACT_LIMBS] = (uint32_t)c;
	}
	for (size_t i = 0; i < 2 * EXACT_LIMBS + 2; i++) {
		int64_t v = (int64_t)b[i] - a[i] + borrow;

		b[i] = (uint32_t)v;
		borrow = v < 0 ? -1 : 0;
	}
	d = (double)top_bits(b, 2 * EXACT_LIMBS + 2, &below);
	below -= 2148;
	if (below & 1) {
		d *= 2;
		below--;
	}
	*even = below;
	return d;
}

double
exact_std(const struct exact *sum, const struct exact *squares, uint64_t n)
{
	double d;
	int even;

	if (n == 0)
		return NAN;
	d = spread(&even, sum, squares, n);
	return ldexp(sqrt(d) / (double)n, even / 2);
}

double
exact_std_sample(const struct exact *sum, const struct exact *squares,
    uint64_t n)
{
	double d;
	int even;

	if (n < 2)
		return NAN;
	d = spread(&even, sum, squares, n);
	return ldexp(sqrt(d / ((double)n * (double)(n - 1))), even / 2);
}

void
exact_print(struct buf *out, const struct exact *x, int unit)
{
	uint32_t m[EXACT_LIMBS];
	bool neg = get_magnitude(m, x), started = false;
	int low = 0, digits;

	while (low < EXACT_LIMBS * 32 && !(m[low >> 5] >> (low & 31) & 1))
		low++;
	if (low == EXACT_LIMBS * 32) {
		buf_addc(out, '0');
		return;
	}
	if (neg)
		buf_addc(out, '-');
	digits = (EXACT_LIMBS * 32 - low + 3) / 4;
	for (int i = digits - 1; i >= 0; i--) {
		int at = low + 4 * i, w = at >> 5, s = at & 31;
		uint64_t two = m[w] | (w + 1 < EXACT_LIMBS ?
		    (uint64_t)m[w + 1] << 32 : 0);
		unsigned digit = two >> s & 15;

		if (digit != 0 || started) {
			buf_addc(out, "0123456789abcdef"[digit]);
			started = true;
		}
	}
	buf_addf(out, "p%d", low - unit);
}

bool
exact_parse(struct exact *x, const char *s, size_t n, int unit)
{
	bool neg = n > 0 && *s == '-';
	const char *p;
	int64_t exponent, at;
	size_t digits;

	memset(x, 0, sizeof(*x));
	if (n == 1 && *s == '0')
		return true;
	s += neg;
	n -= neg;
	if ((p = memchr(s, 'p', n)) == NULL || p == s ||
	    !num_parse_i64(p + 1, (size_t)(s + n - p - 1), &exponent))
		return false;
	digits = (size_t)(p - s);
	if (exponent < -unit || exponent > 4096 || digits > 1100)
		return false;
	at = exponent + unit;
	if (at + 4 * (int64_t)digits > (EXACT_LIMBS - 3) * 32)
		return false;
	for (size_t i = 0; i < digits; i++, at += 4) {
		char c = s[digits - 1 - i];
		int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
		    c - 'a' + 10 : -1;

		if (v < 0)
			return false;
		add_at(x, (uint64_t)v, (unsigned)at, neg);
	}
	carry_up(x);
	return true;
}
