/*
 * learn/gbdt/reorder.h - rows moved to lie as the leaves of a tree hold them.
 * Private to the booster.
 *
 * Trees that follow each other share most of their upper splits, so the rows
 * of a leaf of the next tree then lie close together, and its histogram and
 * its split read memory almost in sequence.  Only sums that do not depend on
 * the order of rows may be taken afterwards (learn/gbdt/quantized.h).
 */
#ifndef LEARN_GBDT_REORDER_H
#define LEARN_GBDT_REORDER_H

#include "base/pool.h"
#include "learn/gbdt/bin.h"
#include "learn/gbdt/grow.h"

struct reorder {
	uint32_t *place;		/* (n): the row that comes there */
	uint8_t *room;			/* for what is moved, as it was */
	size_t n;
	struct pool *pool;
};

/* By the leaves of the tree grown last on all rows.  False without memory:
 * then nothing can be moved. */
bool reorder_init(struct reorder *o, const struct grower *w);
void reorder_release(struct reorder *o);
/* Items of `size` bytes, one a row, at most a row's bins or 8; NULL: none. */
void reorder_items(const struct reorder *o, void *items, size_t size);
void reorder_bins(const struct reorder *o, struct bins *b);

#endif
