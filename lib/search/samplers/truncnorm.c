/* Normal distributions, cut off. */
#include "search/samplers/truncnorm.h"

#include <math.h>
#include <stddef.h>

#include "math/elem.h"

#define SQRT_HALF 0.70710678118654752440
#define INV_SQRT_PI 0.56418958354775628695
#define LOG_SQRT_2PI 0.91893853320467274178
#define TRIES 1000

/* e^(-y^2), the square in two parts so that nothing is lost. */
static double
gauss_tail(double y)
{
	double h = floor(y * 16) / 16, l = (y - h) * (y + h);

	return m_exp(-h * h) * m_exp(-l);
}

/* W. J. Cody, Rational Chebyshev approximations for the error function. */
static double
erfc_middle(double y)
{
	static const double c[] = { 5.64188496988670089e-1,
	    8.88314979438837594, 6.61191906371416295e1,
	    2.98635138197400131e2, 8.81952221241769090e2,
	    1.71204761263407058e3, 2.05107837782607147e3,
	    1.23033935479799725e3, 2.15311535474403846e-8 };
	static const double d[] = { 1.57449261107098347e1,
	    1.17693950891312499e2, 5.37181101862009858e2,
	    1.62138957456669019e3, 3.29079923573345963e3,
	    4.36261909014324716e3, 3.43936767414372164e3,
	    1.23033935480374942e3 };
	double top = c[8] * y, below = y;

	for (size_t i = 0; i < 7; i++) {
		top = (top + c[i]) * y;
		below = (below + d[i]) * y;
	}
	return gauss_tail(y) * (top + c[7]) / (below + d[7]);
}

static double
erfc_far(double y)
{
	static const double p[] = { 3.05326634961232344e-1,
	    3.60344899949804439e-1, 1.25781726111229246e-1,
	    1.60837851487422766e-2, 6.58749161529837803e-4,
	    1.63153871373020978e-2 };
	static const double q[] = { 2.56852019228982242,
	    1.87295284992346725, 5.27905102951428412e-1,
	    6.05183413124413191e-2, 2.33520497626869185e-3 };
	double s = 1 / (y * y), top = p[5] * s, below = s;

	for (size_t i = 0; i < 4; i++) {
		top = (top + p[i]) * s;
		below = (below + q[i]) * s;
	}
	s *= (top + p[4]) / (below + q[4]);
	return gauss_tail(y) * (INV_SQRT_PI - s) / y;
}

static double
erf_near(double x)
{
	static const double a[] = { 3.16112374387056560,
	    1.13864154151050156e2, 3.77485237685302021e2,
	    3.20937758913846947e3, 1.85777706184603153e-1 };
	static const double b[] = { 2.36012909523441209e1,
	    2.44024637934444173e2, 1.28261652607737228e3,
	    2.84423683343917062e3 };
	double s = x * x, top = a[4] * s, below = s;

	for (size_t i = 0; i < 3; i++) {
		top = (top + a[i]) * s;
		below = (below + b[i]) * s;
	}
	return x * (top + a[3]) / (below + b[3]);
}

double
normal_below(double z)
{
	double y = fabs(z) * SQRT_HALF, tail;

	if (y <= 0.46875)
		return 0.5 + 0.5 * erf_near(z * SQRT_HALF);
	tail = y > 27 ? 0 : 0.5 * (y <= 4 ? erfc_middle(y) : erfc_far(y));
	return z < 0 ? tail : 1 - tail;
}

/* log P(Z < z); below -20 by its asymptotic series. */
static double
log_normal_below(double z)
{
	double sum = 1, last = 0, term = 1;

	if (z > 6)
		return -normal_below(-z);
	if (z > -20)
		return m_log(normal_below(z));
	for (int i = 1; fabs(last - sum) > 2.2204460492503131e-16; i++) {
		last = sum;
		term *= -(2.0 * i - 1) / (z * z);
		sum += term;
	}
	return -0.5 * z * z - m_log(-z) - LOG_SQRT_2PI + m_log(sum);
}

double
log_normal_mass(double a, double b)
{
	double high, low;

	if (a > 0)			/* the left tail is the exact one */
		return log_normal_mass(-b, -a);
	if (b > 0)
		return m_log1p(-normal_below(a) - normal_below(-b));
	high = log_normal_below(b);
	low = log_normal_below(a);
	return high + m_log1p(-m_exp(low - high));
}

double
draw_normal(struct rng *rng)
{
	double u, v, s;

	do {				/* Marsaglia's polar method */
		u = 2 * rng_f64(rng) - 1;
		v = 2 * rng_f64(rng) - 1;
		s = u * u + v * v;
	} while (s >= 1 || s == 0);
	return u * sqrt(-2 * m_log(s) / s);
}

double
draw_truncnorm(struct rng *rng, double mu, double sigma, double low,
    double high)
{
	for (int i = 0; i < TRIES; i++) {
		double x = mu + sigma * draw_normal(rng);

		if (x >= low && x <= high)
			return x;
	}
	return mu;			/* within, whatever sigma is */
}
