/* exp, log, tanh, erf and their kin: the same bits on every machine. */
#include "math/elem.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* ln 2 in two parts: the first has 20 zero bits at its end, so that k times
 * it is exact for every exponent k. */
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define INV_LN2 0x1.71547652b82fep+0
#define INV_LN10 0x1.bcb7b1526e50ep-2
#define TWO_OVER_SQRT_PI 0x1.20dd750429b6dp+0
#define INV_SQRT_PI 0x1.20dd750429b6dp-1

static uint64_t
bits(double x)
{
	uint64_t u;

	memcpy(&u, &x, sizeof(u));
	return u;
}

static double
from_bits(uint64_t u)
{
	double x;

	memcpy(&x, &u, sizeof(x));
	return x;
}

/* x * 2^k, rounded once, for results down to the denormals. */
static double
scale(double x, int k)
{
	if (k > 1023)
		return x * 0x1p1023 * from_bits((uint64_t)(k - 1023 + 1023) << 52);
	if (k < -1022)
		return x * from_bits((uint64_t)(k + 1023 + 64) << 52) * 0x1p-64;
	return x * from_bits((uint64_t)(k + 1023) << 52);
}

/* e^r - 1 - r over r^2, for |r| <= 0.35: Taylor to r^13 leaves 4e-18. */
static double
exp_tail(double r)
{
	static const double c[] = { 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120,
	    1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800,
	    1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0 };
	double q = c[11];

	for (int i = 10; i >= 0; i--)
		q = q * r + c[i];
	return q;
}

double
m_exp(double x)
{
	double k, high, low, r;

	if (isnan(x))
		return x;
	if (x > 709.782712893384)
		return INFINITY;
	if (x < -745.1332191019412)
		return 0;
	k = nearbyint(x * INV_LN2);
	high = x - k * LN2_HIGH;
	low = k * LN2_LOW;
	r = high - low;
	/* the part of r that was rounded away comes back last */
	low = (high - r) - low;
	return scale(1 + (r + (low + r * r * exp_tail(r))), (int)k);
}

double
m_expm1(double x)
{
	double k, high, low, r, p;

	if (isnan(x) || x == 0)
		return x;
	if (x > 709.782712893384)
		return INFINITY;
	if (x < -40)
		return -1;
	k = nearbyint(x * INV_LN2);
	high = x - k * LN2_HIGH;
	low = k * LN2_LOW;
	r = high - low;
	low = (high - r) - low;
	p = r + (low + r * r * exp_tail(r));
	if (k == 0)
		return p;
	/* 2^k (1 + p) - 1 = (2^k - 1) + 2^k p */
	if (k > 60)
		return scale(1 + p, (int)k);
	return (scale(1, (int)k) - 1) + scale(p, (int)k);
}

/* log(1+f) - f + f^2/2 as s (f^2/2 + R), s = f/(2+f), by the series of
 * atanh; |f| <= 0.42, 13 terms leave 1e-19. */
static double
log_tail(double f)
{
	double s = f / (2 + f), z = s * s, r = 0;

	for (int n = 27; n >= 3; n -= 2)
		r = (r + 2.0 / n) * z;
	return s * (f * f * 0.5 + r);
}

/* log(m 2^k) for f = m - 1 with its rounding error c */
static double
log_of(double f, double c, double k)
{
	double half = f * f * 0.5;

	if (k == 0)
		return f - (half - (log_tail(f) + c));
	return k * LN2_HIGH - ((half - (log_tail(f) + (k * LN2_LOW + c))) - f);
}

/* x = m 2^k with m in [sqrt(1/2), sqrt(2)) */
static double
split(double x, double *k)
{
	uint64_t u = bits(x);
	int e = (int)(u >> 52) - 1023;
	double m = from_bits((u & 0xfffffffffffffULL) | 0x3ff0000000000000ULL);

	if (m > 0x1.6a09e667f3bcdp+0) {
		m *= 0.5;
		e++;
	}
	*k = e;
	return m;
}

double
m_log(double x)
{
	double k, m;

	if (isnan(x) || x == INFINITY)
		return x;
	if (x <= 0)
		return x == 0 ? -INFINITY : NAN;
	if (x < 0x1p-1022) {
		m = split(x * 0x1p54, &k);
		k -= 54;
	} else {
		m = split(x, &k);
	}
	return log_of(m - 1, 0, k);
}

double
m_log1p(double x)
{
	double u, k, m, c;

	if (isnan(x) || x == INFINITY || x == 0)
		return x;
	if (x <= -1)
		return x == -1 ? -INFINITY : NAN;
	if (x > -0.29 && x < 0.41)
		return log_of(x, 0, 0);
	u = 1 + x;
	/* what 1 + x lost, in units of the mantissa */
	c = x > 1 ? 1 - (u - x) : x - (u - 1);
	m = split(u, &k);
	return log_of(m - 1, c / u, k);
}

double
m_log2(double x)
{
	double k = 0, m;

	/* powers of two exactly */
	if (x > 0x1p-1022 && x < INFINITY) {
		m = split(x, &k);
		return k + log_of(m - 1, 0, 0) * INV_LN2;
	}
	return m_log(x) * INV_LN2;
}

double
m_log10(double x)
{
	return m_log(x) * INV_LN10;
}

static double
power_whole(double x, uint64_t n)
{
	double r = 1;

	for (; n; n >>= 1) {
		if (n & 1)
			r *= x;
		x *= x;
	}
	return r;
}

double
m_pow(double x, double y)
{
	bool whole = y == floor(y), odd;

	if (y == 0 || x == 1)
		return 1;
	if (isnan(x) || isnan(y))
		return NAN;
	odd = whole && fabs(y) < 0x1p53 && fmod(y, 2) != 0;
	if (isinf(y)) {
		double a = fabs(x);

		return a == 1 ? 1 : (a > 1) == (y > 0) ? INFINITY : 0;
	}
	if (x == 0 || isinf(x)) {
		double a = (x == 0) == (y > 0) ? 0 : INFINITY;

		return odd && signbit(x) ? -a : a;
	}
	if (y == 0.5 && x >= 0)
		return sqrt(x);
	if (whole && fabs(y) <= 64) {
		double r = power_whole(x, (uint64_t)fabs(y));

		return y < 0 ? 1 / r : r;
	}
	if (x < 0 && !whole)
		return NAN;
	return (odd && x < 0 ? -1 : 1) * m_exp(y * m_log(fabs(x)));
}

double
m_tanh(double x)
{
	double a = fabs(x), t;

	if (isnan(x))
		return x;
	if (a > 20)
		t = 1;
	else if (a < 1e-5)
		t = a - a * a * a / 3;
	else if (a < 0.6) {
		double e = m_expm1(2 * a);

		t = e / (e + 2);
	} else {
		t = 1 - 2 / (m_exp(2 * a) + 1);
	}
	return signbit(x) ? -t : t;
}

/* erf by its series with positive terms: e^(-x^2) sum 2^n x^(2n+1)/(2n+1)!! */
static double
erf_series(double x)
{
	double term = x, sum = x, z = 2 * x * x;

	for (int n = 3; term > sum * 1e-18; n += 2) {
		term *= z / n;
		sum += term;
	}
	return TWO_OVER_SQRT_PI * m_exp(-x * x) * sum;
}

/* erfc by its continued fraction, from the inside, for x >= 1. */
static double
erfc_fraction(double x)
{
	double f = x;

	for (int n = x > 6 ? 30 : x > 2 ? 120 : 400; n >= 1; n--)
		f = x + n * 0.5 / f;
	/* e^(-x^2) with x^2 in two parts */
	{
		double h = from_bits(bits(x) & ~0x7ffffffULL);
		double l = (x - h) * (x + h);

		return m_exp(-h * h) * m_exp(-l) * INV_SQRT_PI / f;
	}
}

double
m_erf(double x)
{
	double a = fabs(x), r;

	if (isnan(x))
		return x;
	r = a < 2 ? erf_series(a) : a > 6 ? 1 : 1 - erfc_fraction(a);
	return signbit(x) ? -r : r;
}

double
m_erfc(double x)
{
	if (isnan(x))
		return x;
	if (x < 0.5)
		return 1 - m_erf(x);
	if (x < 1)
		return 1 - erf_series(x);
	return x > 27.3 ? 0 : erfc_fraction(x);
}

double
m_sigmoid(double x)
{
	double v = 1 / (1 + m_exp(-fabs(x)));

	return x < 0 ? 1 - v : v;
}

float m_expf(float x) { return (float)m_exp((double)x); }
float m_logf(float x) { return (float)m_log((double)x); }
float m_tanhf(float x) { return (float)m_tanh((double)x); }
float m_erff(float x) { return (float)m_erf((double)x); }

float
m_powf(float x, float y)
{
	return (float)m_pow((double)x, (double)y);
}

float
m_sigmoidf(float x)
{
	float v = 1 / (1 + m_expf(-fabsf(x)));

	return x < 0 ? 1 - v : v;
}
