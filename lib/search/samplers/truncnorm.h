/*
 * search/samplers/truncnorm.h - normal distributions cut off at both ends:
 * how likely an interval is, and draws.
 */
#ifndef SEARCH_SAMPLERS_TRUNCNORM_H
#define SEARCH_SAMPLERS_TRUNCNORM_H

#include "base/rng.h"

/* P(Z < z) for the standard normal distribution: relative error 1e-15 below
 * 0, absolute above, by Cody's rational approximations (1969). */
double normal_below(double z);
/* log P(a < Z < b), also far out in a tail. */
double log_normal_mass(double a, double b);
/* One draw of N(mu, sigma) within [low, high]; mu lies there. */
double draw_truncnorm(struct rng *rng, double mu, double sigma, double low,
    double high);
/* A standard normal draw. */
double draw_normal(struct rng *rng);

#endif
