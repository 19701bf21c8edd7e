/*
 * search/samplers/parzen.h - a density over several parameters at once, made
 * of kernels: one a trial, the product of a truncated normal or a categorical
 * distribution a parameter, and one as wide as the space.  It is that of
 * Optuna 5 (TPESampler), to 1e-12.
 */
#ifndef SEARCH_SAMPLERS_PARZEN_H
#define SEARCH_SAMPLERS_PARZEN_H

#include <stddef.h>

#include "base/arena.h"
#include "base/rng.h"
#include "search/space.h"

struct parzen_dim {
	const struct space_param *param;
	/* numbers: the interval drawn from and each kernel, in logs if log */
	double low, high;
	double *mu, *sigma, *inverse;	/* (kernels); 1 / sigma */
	double *scale;			/* (kernels): -log(sigma) - log mass */
	/* with a step: which kernels are equal */
	size_t *kind, n_kinds;		/* (kernels) */
	/* categories */
	double *weight, *log_weight;	/* (kernels, n_choices) */
};

struct parzen {
	size_t n_dims, n_kernels;
	struct parzen_dim *dim;		/* (n_dims) */
	double *weight, *log_weight;	/* (n_kernels), the last of the prior */
};

/* n observations, row by row, by trial number; old ones weigh less unless
 * `alike`.  All memory is of the arena. */
void parzen_build(struct parzen *p, struct arena *a,
    const struct space_param *const *param, size_t n_dims,
    const double *observed, size_t n, bool alike);
/* One point (n_dims) of it. */
void parzen_draw(double *x, const struct parzen *p, struct rng *rng);
/* The log density at n points, (n, n_dims). */
void parzen_log_density(double *out, struct arena *a, const struct parzen *p,
    const double *x, size_t n);

#endif
