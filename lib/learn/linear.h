/*
 * learn/linear.h - linear and logistic regression.
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
 * softmax model.  Blocks of rows are summed in their order on one BLAS
 * thread: the same bits for any number of threads, though not for any CPU
 * (math/blas.h).
 */
#ifndef LEARN_LINEAR_H
#define LEARN_LINEAR_H

#include "base/arena.h"
#include "base/err.h"
#include "base/progress.h"
#include "codec/json.h"
#include "learn/design.h"

enum penalty { PENALTY_L2, PENALTY_L1, PENALTY_ELASTICNET, PENALTY_NONE };

struct linear_params {
	double C;			/* logistic, 1.0 */
	double alpha;			/* linear, 1.0 (0 with PENALTY_NONE) */
	enum penalty penalty;		/* logistic l2, linear none */
	double l1_ratio;		/* elasticnet, 0.5 */
	int64_t max_iter;		/* 100 */
	double tol;			/* of the gradient, 1e-6 */
};

struct linear_params linear_defaults(bool logistic);
/* "C", "penalty" ...: ERR_USAGE names the known ones. */
int linear_set(struct linear_params *p, bool logistic, const char *name,
    const char *value, struct err *e);

/* The parameters that count with that penalty, into a map. */
void linear_record(struct json *m, struct arena *a,
    const struct linear_params *p, bool logistic);

struct linear_fit {
	size_t k, p;			/* outputs, columns */
	double *coef;			/* (k, p) */
	double *intercept;		/* (k) */
	int64_t iterations;
	bool converged;
	const char *kernel;		/* of BLAS; static */
};

/* Binary: k = 1, the score of the frame's positive class. */
int linear_train(struct linear_fit *out, const struct design *d,
    const struct frame *f, const struct linear_params *p,
    const struct progress *progress, struct err *e);
void linear_free(struct linear_fit *fit);

#endif
