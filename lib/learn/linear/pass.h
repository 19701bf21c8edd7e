/*
 * learn/linear/pass.h - one pass over all rows of a problem, in pieces that
 * any thread takes.  Private to lib/learn/linear.
 *
 * The pieces, and the blocks in them, hang on the problem alone, never on
 * the number of threads; each piece sums its blocks in order, and the pieces
 * are added in order: the same bits for any number of threads.
 */
#ifndef LEARN_LINEAR_PASS_H
#define LEARN_LINEAR_PASS_H

#include "learn/linear/block.h"
#include "learn/linear/internal.h"

struct linear_pass {
	const struct linear_problem *m;
	size_t pieces;
};

/* For pieces that sum that many numbers each. */
void linear_pass_init(struct linear_pass *pass, const struct linear_problem *m,
    size_t numbers);
/* A piece's blocks of rows, one after the other; n is 0 after the last. */
struct design_rows linear_first(const struct linear_pass *pass, size_t piece);
struct design_rows linear_next(const struct linear_pass *pass, size_t piece,
    const struct design_rows *r);
/* A piece's rows have been read. */
void linear_done(const struct linear_pass *pass, size_t piece);
/* A row's share of the loss. */
double linear_row_weight(const struct linear_problem *m, size_t row);

#endif
