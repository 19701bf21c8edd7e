/* Elementary functions against long double, in units of the last place. */
#include <stdlib.h>

#include "base/rng.h"
#include "math/elem.h"
#include "../tap.h"

static double
ulps(double got, long double want)
{
	double w = (double)want, step;

	if (isnan(got) || isnan(w))
		return isnan(got) && isnan(w) ? 0 : 1e9;
	if (isinf(w) || isinf(got))
		return got == w ? 0 : 1e9;
	step = fabs(nextafter(w, INFINITY) - w);
	return (double)(fabsl((long double)got - want) / step);
}

static void
measure(const char *name, double (*f)(double), long double (*g)(long double),
    double low, double high, double most)
{
	struct rng r;
	double worst = 0, at = 0;

	rng_seed(&r, 11, 0);
	for (int i = 0; i < 200000; i++) {
		double x = low + (high - low) * rng_f64(&r), u;

		u = ulps(f(x), g((long double)x));
		if (u > worst) {
			worst = u;
			at = x;
		}
	}
	ok(worst < most, "%s on [%g, %g] is within %g ulp", name, low, high,
	    most);
	printf("#   worst %.3f ulp at %.17g\n", worst, at);
}

int
main(void)
{
	measure("exp", m_exp, expl, -1, 1, 1);
	measure("exp", m_exp, expl, -700, 700, 1);
	measure("exp", m_exp, expl, -745, -708, 1.01);
	measure("log", m_log, logl, 0.4, 2.5, 1);
	measure("log", m_log, logl, 1e-10, 1e10, 1);
	measure("log1p", m_log1p, log1pl, -0.99, 3, 1);
	measure("log1p", m_log1p, log1pl, -1e-5, 1e-5, 1);
	measure("expm1", m_expm1, expm1l, -1, 1, 2);
	measure("expm1", m_expm1, expm1l, -30, 30, 2);
	measure("tanh", m_tanh, tanhl, -3, 3, 2.5);
	measure("tanh", m_tanh, tanhl, -1e-3, 1e-3, 2.5);
	measure("erf", m_erf, erfl, -3, 3, 16);
	measure("erfc", m_erfc, erfcl, 0.5, 20, 40);
	is_near(m_sigmoid(0), 0.5, 0, "sigmoid(0)");
	is_near(m_sigmoid(-800), 0, 0, "sigmoid far below");
	ok(m_exp(0) == 1 && m_log(1) == 0 && m_exp(-INFINITY) == 0 &&
	    m_exp(1e9) == INFINITY && isnan(m_exp(NAN)), "exp at the edges");
	ok(m_log(0) == -INFINITY && isnan(m_log(-1)) && m_log(INFINITY) ==
	    INFINITY && fabs(m_log(0x1p-1074) + 744.4400719213812) < 1e-10,
	    "log at the edges");
	ok(m_log2(8) == 3 && m_log2(0x1p-1000) == -1000, "log2 of powers");
	ok(m_pow(2, 10) == 1024 && m_pow(9, 0.5) == 3 && m_pow(-2, 3) == -8 &&
	    m_pow(-2, -1) == -0.5 && isnan(m_pow(-2, 0.5)) && m_pow(0, 0) == 1 &&
	    m_pow(0, -1) == INFINITY && m_pow(NAN, 0) == 1, "pow");
	is_near(m_pow(1.7, 3.3), 5.7607819949509977, 1e-14, "pow of fractions");
	ok(m_expf(1) == 2.71828182845904523536f && m_tanhf(0.5f) ==
	    0.46211715726000975850f, "float forms are the nearest");
	ok(signbit(m_tanh(-0.0)) && m_erf(-0.0) == 0, "signed zero");
	return tap_done();
}
