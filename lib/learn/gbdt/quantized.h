/*
 * learn/gbdt/quantized.h - gradients as small whole numbers, and histograms
 * whose cells hold both sums in one.  Private to the booster.
 *
 * For each tree gradients and hessians are rounded to the nearest of as many
 * levels as the rows allow: no sum of all rows may leave 32 bits, so that a
 * million rows have 2,147 and 4,294 levels on either side, few rows 32,767
 * and 65,535.  A gradient and its hessian are then one word of 32 bits, a
 * cell one of 64 (the hessians' sum is never negative and fills the low half,
 * so nothing is carried into the gradients'), an addition or a subtraction is
 * one for both, and whole numbers may be summed in any order: threads share
 * rows, and any number of them gives the same bits.
 *
 * Where a few gradients are so large that most others would be rounded to
 * less than a few levels, the tree is grown from floats as without.
 */
#ifndef LEARN_GBDT_QUANTIZED_H
#define LEARN_GBDT_QUANTIZED_H

#include "base/err.h"
#include "base/pool.h"
#include "learn/gbdt/bin.h"
#include "learn/gbdt/cell.h"
#include "learn/objective.h"

struct quantized {
	const struct bins *b;
	struct pool *pool;
	uint32_t *row;			/* (rows): gradient << 16 | hessian */
	uint64_t *part;			/* (threads, features, BINS_APART) */
	uint64_t *histogram;		/* (leaves + 1, b->total) */
	double g_unit, h_unit;		/* what a level stands for */
	double scale;			/* of histograms: 1, or more where they
					 * are of a share of the rows */
};

int quantized_init(struct quantized *q, const struct bins *b, size_t leaves,
    struct pool *pool, struct err *e);
void quantized_release(struct quantized *q);
/* The gradients of a tree on rows order[0, n), or on the first n when NULL.
 * False: floats are needed. */
bool quantized_round(struct quantized *q, const struct gh *gh,
    const uint32_t *order, size_t n);
/* Into the histogram of leaf `at`; of the features in `use`. */
void quantized_add(struct quantized *q, size_t at, const bool *use,
    const uint32_t *order, size_t n);
/* The histogram of leaf `larger`, which is now that of both, less that of
 * `smaller`. */
void quantized_subtract(struct quantized *q, size_t larger, size_t smaller);
/* A leaf's histogram as doubles, (b->total), and what it comes to. */
void quantized_sums(struct cell *to, const struct quantized *q, size_t at);
struct cell quantized_total(const struct quantized *q, size_t at,
    const bool *use);
/* Of these rows. */
struct cell quantized_sum_rows(const struct quantized *q,
    const uint32_t *order, size_t n);

#endif
