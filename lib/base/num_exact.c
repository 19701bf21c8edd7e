/*
 * Numbers as text where 128 bits are enough to be exact, which is nearly
 * always: up to 19 digits and powers of ten from -27 to 27 (5^27 < 2^63).
 */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "base/num_exact.h"

__extension__ typedef unsigned __int128 wide;

static const uint64_t fives[] = {
	1u, 5u, 25u, 125u, 625u, 3125u, 15625u, 78125u, 390625u, 1953125u,
	9765625u, 48828125u, 244140625u, 1220703125u, 6103515625u,
	30517578125u, 152587890625u, 762939453125u, 3814697265625u,
	19073486328125u, 95367431640625u, 476837158203125u,
	2384185791015625u, 11920928955078125u, 59604644775390625u,
	298023223876953125u, 1490116119384765625u, 7450580596923828125u
};
#define FIVES_MAX 27

/* v * 2^e to nearest even; `sticky`: there was more below v's last bit. */
static double
round_wide(wide v, int e, bool sticky)
{
	uint64_t hi = (uint64_t)(v >> 64), m;
	int bits = hi ? 128 - __builtin_clzll(hi) :
	    64 - __builtin_clzll((uint64_t)v | 1);
	int cut = bits - 53;
	wide rest, half;

	if (cut <= 0)
		return ldexp((double)(uint64_t)v, e);
	half = (wide)1 << (cut - 1);
	rest = v & ((half << 1) - 1);
	m = (uint64_t)(v >> cut);
	if (rest > half || (rest == half && (sticky || (m & 1))))
		m++;
	return ldexp((double)m, e + cut);
}

bool
num_from_decimal(uint64_t m, int e10, double *out)
{
	/* Clinger 1990: both exact, so rounded once */
	static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
	    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
	    1e19, 1e20, 1e21, 1e22 };

	if (m <= (uint64_t)1 << 53 && e10 >= -22 && e10 <= 22) {
		*out = e10 < 0 ? (double)m / tens[-e10] :
		    (double)m * tens[e10];
		return true;
	}
	if (e10 < -FIVES_MAX || e10 > FIVES_MAX)
		return false;
	if (m == 0) {
		*out = 0;
	} else if (e10 >= 0) {
		*out = round_wide((wide)m * fives[e10], e10, false);
	} else {
		uint64_t d = fives[-e10];
		int lm = __builtin_clzll(m), ld = __builtin_clzll(d);
		wide n = (wide)(m << lm) << 63;

		d <<= ld;
		/* 2^62 < n / d < 2^64: more bits than a double has */
		*out = round_wide(n / d, ld - lm - 63 + e10, n % d != 0);
	}
	return true;
}

/* |v| as digits * 10^exponent, the nearest with `p` digits, half to even. */
static bool
nearest_digits(uint64_t *digits, uint64_t m, int e, int k)
{
	wide v = (wide)m * fives[k], half, rest;
	int cut = -(e + k);

	if (cut <= 0) {
		if (-cut > 10)
			return false;
		*digits = (uint64_t)(v << -cut);
		return (v << -cut) >> 63 == 0;
	}
	if (cut > 120)
		return false;
	half = (wide)1 << (cut - 1);
	rest = v & ((half << 1) - 1);
	v >>= cut;
	if (v >> 62 != 0)
		return false;
	*digits = (uint64_t)v;
	if (rest > half || (rest == half && (*digits & 1)))
		++*digits;
	return true;
}

/* Does digits / 10^k read back as v? */
static bool
reads_back(uint64_t digits, int k, double v, bool single, bool *unsure)
{
	double d;
	uint64_t u;

	if (!num_from_decimal(digits, -k, &d)) {
		*unsure = true;
		return false;
	}
	if (!single)
		return d == v;
	/* half-way between two floats: rounding twice may go wrong */
	memcpy(&u, &d, sizeof(u));
	if ((u & 0x1fffffff) == 0x10000000)
		*unsure = true;
	return (float)d == (float)v;
}

bool
num_shortest(uint64_t *digits, int *count, int *point, double v, bool single)
{
	static const uint64_t tens[] = { 1u, 10u, 100u, 1000u, 10000u, 100000u,
	    1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u,
	    100000000000u, 1000000000000u, 10000000000000u, 100000000000000u,
	    1000000000000000u, 10000000000000000u, 100000000000000000u };
	int e2, e10, least = single ? 6 : 15, most = single ? 9 : 17;
	uint64_t m = (uint64_t)ldexp(frexp(v, &e2), 53), c = 0;
	bool unsure = false;

	if (!(v >= 1e-9 && v < 1e15))
		return false;
	/* v = m * 2^(e2-53); its decimal exponent, at most one too low */
	e10 = (int)floor((e2 - 1) * 0.30102999566398120);
	for (int p = least; p <= most; p++) {
		int k = p - 1 - e10, at = e10;

		if (k < 0 || k > FIVES_MAX ||
		    !nearest_digits(&c, m, e2 - 53, k))
			return false;
		if (c >= tens[p]) {
			at++;
			if (--k < 0 || !nearest_digits(&c, m, e2 - 53, k) ||
			    c >= tens[p])
				return false;
			/* too low, or 9.99.. became 10 at this length alone? */
			if (c > tens[p - 1])
				e10 = at;
		}
		if (!reads_back(c, k, v, single, &unsure)) {
			if (unsure)
				return false;
			continue;
		}
		if (unsure)
			return false;
		*count = p;
		while (c % 10 == 0) {
			c /= 10;
			--*count;
		}
		*digits = c;
		*point = at + 1;
		return true;
	}
	return false;
}
