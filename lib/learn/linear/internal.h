/*
 * learn/linear/internal.h - a linear model's problem, and the directions in
 * which it gets smaller.  Private to lib/learn/linear.
 */
#ifndef LEARN_LINEAR_INTERNAL_H
#define LEARN_LINEAR_INTERNAL_H

#include "base/pool.h"
#include "learn/design.h"
#include "learn/objective.h"
#include "math/blas.h"

/* One problem: weights are laid out (k, p + 1), the intercept last. */
struct linear_problem {
	const struct blas *blas;
	struct pool *pool;
	const struct design *d;
	const struct frame *f;
	const struct objective *ob;
	size_t k, q;			/* q = p + 1 */
	double loss_scale;		/* in front of the sum of losses */
	double l2, l1;			/* in front of |b|^2 / 2 and |b|_1 */
};

/* The penalised loss at weights w, and the gradient g (k q) of its smooth
 * part. */
double linear_gradient(double *g, const struct linear_problem *m,
    const double *w);
/* The smooth part's Hessian h (k q, k q) at w, both triangles. */
void linear_curvature(double *h, const struct linear_problem *m,
    const double *w);
/* The largest slope that is left, subgradients counted. */
double linear_slope(const struct linear_problem *m, const double *w,
    const double *g);

/* Every `every`-th row of f, in memory of its own, with f's levels and
 * classes; sample_release it.  The pool's threads share the columns. */
void sample_init(struct frame *sample, const struct frame *f, size_t every,
    struct pool *pool);
void sample_release(struct frame *sample);

/*
 * Directions d from the gradient and the Hessian.  Of the l2 problem: solve
 * H d = -g.
 */
int newton_direction(double *step, const double *g, const double *h,
    const struct linear_problem *m, struct err *e);
/* Where nothing is penalised: the solution whose coefficients are shortest. */
int shortest_direction(double *step, const double *g, const double *h,
    const struct linear_problem *m, struct err *e);
/* Of the l1 problem: coordinate descent on the quadratic model
 * g'd + d'Hd/2 + l1 |w + d|. */
void lasso_direction(double *step, const double *g, const double *h,
    const struct linear_problem *m, const double *w, double tol);
/* v moved towards zero by t, and no further. */
double soft_threshold(double v, double t);

#endif
