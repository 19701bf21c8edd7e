/*
 * learn/linear/block.h - a few hundred rows of a linear learner's columns,
 * and their scores.  Private to lib/learn/linear.
 *
 * A block is column by column, so that every loop over rows is a vector
 * loop; rows it does not have are zeros.  A category stays its levels: what
 * is said of a hundred columns of which one is not zero costs one step.
 */
#ifndef LEARN_LINEAR_BLOCK_H
#define LEARN_LINEAR_BLOCK_H

#include "learn/design.h"

#define LINEAR_BLOCK ((size_t)512)	/* rows */

struct linear_block {
	const struct design *d;
	const struct frame *f;
	size_t k;			/* outputs */
	struct design_rows rows;
	float *x;			/* (d->n_numbers, LINEAR_BLOCK) */
	double *score;			/* (LINEAR_BLOCK, k) */
};

void linear_block_init(struct linear_block *b, const struct design *d,
    const struct frame *f, size_t k);
void linear_block_release(struct linear_block *b);
/* At most LINEAR_BLOCK of them. */
void linear_block_read(struct linear_block *b, const struct design_rows *rows);
/* Scores by weights w (k, d->p + 1), the intercept last: for each row one sum
 * in the order of the columns. */
void linear_block_score(struct linear_block *b, const double *w);

#endif
