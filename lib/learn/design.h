/*
 * learn/design.h - a frame as a matrix for linear learners.
 *
 * Numbers come first, missing ones imputed (median, or 0 when a column has
 * no value) and standardised: (x - mean) * (1 / sd), in the float32 steps
 * that the model's graph will take, so learner and server see the same
 * bits.  Then each category as one column a level; missing or unseen is all
 * zeros.
 */
#ifndef LEARN_DESIGN_H
#define LEARN_DESIGN_H

#include "learn/frame.h"

struct design {
	size_t n, p;
	float *x;		/* (n, p), row-major */
	/* of the numbers, in the order of the frame's features */
	size_t n_numbers;
	float *impute, *offset, *scale;
};

/* Learn the steps from f and apply them.  ERR_TOOBIG beyond 2^31 cells. */
int design_init(struct design *d, const struct frame *f, struct err *e);
void design_release(struct design *d);

#endif
