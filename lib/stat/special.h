/*
 * stat/special.h - distributions behind statistical tests.
 *
 * Built on elem.h, so the same bits everywhere.  Relative error about 1e-13
 * unless said otherwise.  Probabilities are upper tails ("sf").
 */
#ifndef STAT_SPECIAL_H
#define STAT_SPECIAL_H

#include <stdint.h>

double normal_sf(double z);
/* Chi-square with df degrees of freedom. */
double chi2_sf(double x, double df);
/* Student's t, both tails. */
double t_two_sided(double t, double df);
/* Regularised incomplete gamma Q(a, x) and beta I_x(a, b), y = 1 - x. */
double gamma_q(double a, double x);
double beta_i(double a, double b, double x, double y);
/* C(n, k) p^k q^(n-k), q = 1 - p, in Loader's form (2000): no cancellation
 * for large n.  n and k need not be whole. */
double binomial_mass(double k, double n, double p, double q);
/* Weight of k marked among `drawn` drawn from `all`, `marked` marked. */
double hypergeometric_mass(double k, double all, double marked, double drawn);
/* Modified Bessel function of the second kind, order 1/4, x > 0, times e^x. */
double bessel_k14_scaled(double x);

#endif
