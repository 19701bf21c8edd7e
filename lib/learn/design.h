/*
 * learn/design.h - a frame as linear learners see it: the steps from a
 * frame's columns to those that have a coefficient.
 *
 * Numbers come first, missing ones imputed (median, or 0 when a column has
 * no value) and standardised: (x - mean) * (1 / sd), in the float32 steps
 * that the model's graph will take, so learner and server see the same
 * bits.  Then each category as one column a level; missing or unseen is all
 * zeros.  Nothing of that is held: numbers are made a block of rows at a
 * time, and a category's one column that is not zero is its level.
 */
#ifndef LEARN_DESIGN_H
#define LEARN_DESIGN_H

#include "base/pool.h"
#include "learn/frame.h"

struct design {
	size_t p;		/* columns in all */
	/* of the numbers, in the order of the frame's features */
	size_t n_numbers;
	float *impute, *offset, *scale;
};

/* Rows from, from + 1, ... n of them. */
struct design_rows {
	size_t from, n;
};

/* Learn the steps from f.  ERR_FORMAT: an infinite number, or no column. */
int design_init(struct design *d, const struct frame *f, struct pool *pool,
    struct err *e);
void design_release(struct design *d);
/* The numbers of those rows: x (n_numbers, room), a column after the other,
 * what is beyond r->n left as it was. */
void design_numbers(float *x, size_t room, const struct design *d,
    const struct frame *f, const struct design_rows *r);

#endif
