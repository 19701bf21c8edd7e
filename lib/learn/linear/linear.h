/*
 * learn/linear/linear.h - linear and logistic regression.
 *
 * Minimised is scikit-learn's objective, so that C and alpha mean what its
 * users know, with unpenalised intercepts and r = l1_ratio:
 *
 *	logistic	C * sum w_i loss_i + (1-r)/2 |b|^2 + r |b|_1
 *	linear		1/2 sum w_i (y_i - f_i)^2 + alpha/2 |b|^2	(l2)
 *			sum ... / sum w_i + alpha (r |b|_1 + (1-r)/2 |b|^2)
 *							(l1, elasticnet)
 *
 * Newton steps (iteratively reweighted least squares) with a Cholesky solve
 * for l2, coordinate descent on the same quadratic model for l1 and
 * elasticnet, and the shortest of all solutions where nothing is penalised;
 * a step is halved while it does not improve.  Several classes are one
 * softmax model.
 *
 * Categories are never written out as columns (linear/block.h), the Hessian
 * is taken anew only when steps with the last one are short of good, and many
 * rows begin where a sixteenth of them ends.  Any number of threads gives the
 * same bits (linear/pass.h), though not any CPU (math/blas.h).
 */
#ifndef LEARN_LINEAR_LINEAR_H
#define LEARN_LINEAR_LINEAR_H

#include "base/err.h"
#include "base/pool.h"
#include "base/progress.h"
#include "learn/design.h"

enum penalty { PENALTY_L2, PENALTY_L1, PENALTY_ELASTICNET, PENALTY_NONE };

/* Tables of their names and defaults: learn/learners. */
struct linear_params {
	double C;			/* logistic: in front of the loss */
	double alpha;			/* linear: in front of the penalty */
	enum penalty penalty;
	double l1_ratio;		/* elasticnet */
	int64_t max_iter;
	double tol;			/* of the gradient */
	const char *class_weight;	/* logistic; learn/class_weight.h */
};

struct linear_fit {
	size_t k, p;			/* outputs, columns */
	double *weight;			/* (k, p + 1), the intercept last */
	int64_t iterations;
	bool converged;
	const char *kernel;		/* of BLAS; static */
};

/* Binary: k = 1, the score of the frame's positive class. */
int linear_train(struct linear_fit *out, const struct design *d,
    const struct frame *f, const struct linear_params *p, struct pool *pool,
    const struct progress *progress, struct err *e);
void linear_release(struct linear_fit *fit);

#endif
