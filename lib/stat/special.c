/* Distributions: normal, chi-square, t, binomial, hypergeometric. */
#include "stat/special.h"

#include <float.h>
#include <math.h>

#include "math/elem.h"

#define TWO_PI 6.283185307179586477
#define TERMS_MAX 200000

double
normal_sf(double z)
{
	return 0.5 * m_erfc(z * 0.70710678118654752440);
}

/* ln n! minus Stirling's formula; n > 0. */
static double
stirling_error(double n)
{
	double s = 0, r;

	for (; n < 16; n += 1)
		s += (n + 0.5) * m_log1p(1 / n) - 1;
	r = 1 / (n * n);
	return s + (1 / 12.0 - (1 / 360.0 - (1 / 1260.0 - (1 / 1680.0 -
	    (1 / 1188.0 - 691 / 360360.0 * r) * r) * r) * r) * r) / n;
}

/* x ln(x / m) + m - x without cancellation when x is near m. */
static double
deviance(double x, double m)
{
	double v, s, e;

	if (fabs(x - m) >= 0.1 * (x + m))
		return x * m_log(x / m) + m - x;
	v = (x - m) / (x + m);
	s = (x - m) * v;
	e = 2 * x * v;
	v *= v;
	for (int j = 1; j < 1000; j++) {
		double next;

		e *= v;
		next = s + e / (2 * j + 1);
		if (next == s)
			break;
		s = next;
	}
	return s;
}

double
binomial_mass(double k, double n, double p, double q)
{
	double c;

	if (p <= 0)
		return k == 0;
	if (q <= 0)
		return k == n;
	if (k <= 0)
		return m_exp(p < 0.1 ? -deviance(n, n * q) - n * p :
		    n * m_log(q));
	if (k >= n)
		return m_exp(q < 0.1 ? -deviance(n, n * p) - n * q :
		    n * m_log(p));
	c = stirling_error(n) - stirling_error(k) - stirling_error(n - k) -
	    deviance(k, n * p) - deviance(n - k, n * q);
	return m_exp(c) * sqrt(n / (TWO_PI * k * (n - k)));
}

double
hypergeometric_mass(double k, double all, double marked, double drawn)
{
	double p = drawn / all, q = (all - drawn) / all;

	return binomial_mass(k, marked, p, q) *
	    binomial_mass(drawn - k, all - marked, p, q) /
	    binomial_mass(drawn, all, p, q);
}

/* x^a e^-x / Gamma(a + 1) */
static double
poisson_mass(double a, double x)
{
	return m_exp(-stirling_error(a) - deviance(a, x)) / sqrt(TWO_PI * a);
}

double
gamma_q(double a, double x)
{
	double sum = 1, term = 1, b, c, d, h;

	if (!(x > 0))
		return isnan(x) ? x : 1;
	if (isinf(x))
		return 0;
	if (x < a + 1) {
		for (int i = 1; i < TERMS_MAX; i++) {
			term *= x / (a + i);
			sum += term;
			if (term < sum * DBL_EPSILON * 0.1)
				break;
		}
		return 1 - poisson_mass(a, x) * sum;
	}
	b = x + 1 - a;
	c = 1e300;
	d = 1 / b;
	h = d;
	for (int i = 1; i < TERMS_MAX; i++) {	/* Lentz's method */
		double an = -i * (i - a), step;

		b += 2;
		d = 1 / (an * d + b);
		c = b + an / c;
		step = d * c;
		h *= step;
		if (fabs(step - 1) < DBL_EPSILON)
			break;
	}
	return poisson_mass(a, x) * a * h;
}

double
chi2_sf(double x, double df)
{
	return gamma_q(df / 2, x / 2);
}

static double
away_from_zero(double x)
{
	return fabs(x) < 1e-300 ? 1e-300 : x;
}

static double
beta_fraction(double a, double b, double x)
{
	double c = 1, d, h;

	d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
	h = d;
	for (int m = 1; m < TERMS_MAX; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x /
		    ((a + 2 * m) * (a + 2 * m + 1)), step;

		d = 1 / away_from_zero(1 + even * d);
		c = away_from_zero(1 + even / c);
		h *= d * c;
		d = 1 / away_from_zero(1 + odd * d);
		c = away_from_zero(1 + odd / c);
		step = d * c;
		h *= step;
		if (fabs(step - 1) < DBL_EPSILON)
			break;
	}
	return h;
}

double
beta_i(double a, double b, double x, double y)
{
	double front;

	if (x <= 0)
		return 0;
	if (y <= 0)
		return 1;
	front = binomial_mass(a, a + b, x, y) * a * b / (a + b);
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, y) / b;
}

double
t_two_sided(double t, double df)
{
	double s = t * t;

	if (isnan(t) || isinf(s))
		return isnan(t) ? t : 0;
	return beta_i(df / 2, 0.5, df / (df + s), s / (df + s));
}

/*
 * K_v(x) e^x = int_0^inf exp(-x (cosh t - 1)) cosh(v t) dt: the trapezoid
 * rule converges geometrically for so smooth and fast falling a function.
 */
double
bessel_k14_scaled(double x)
{
	const double step = 1 / 32.0;
	double sum = 0.5;

	for (int i = 1; i < 2000; i++) {
		double t = i * step, up = m_exp(t), v = m_exp(t / 4);
		double sh = m_exp(t / 2), c, w;

		sh = (sh - 1 / sh) / 2;
		c = 2 * sh * sh;		/* cosh t - 1 */
		w = m_exp(-x * c) * (v + 1 / v) / 2;
		sum += w;
		if (up > 4 && w < sum * 1e-18)
			break;
	}
	return sum * step;
}
