/*
 * engine/forest/kernel.h - the chain's loops, one set for each instruction
 * set.  Private to lib/engine/forest.
 */
#ifndef ENGINE_FOREST_KERNEL_H
#define ENGINE_FOREST_KERNEL_H

#include "engine/forest/internal.h"

struct chain_kernel {
	const char *name;
	size_t width;			/* rows a vector */
	bool (*usable)(void);
	/* id[n rounded up to width] of the part's leaves; columns
	 * CHAIN_BLOCK apart */
	void (*rows)(uint8_t *id, const struct chain_part *t,
	    const int8_t *columns, size_t n);
	/* id[64 a group], for the row whose rank columns are `row`, with room
	 * for `pieces` of 16; answer: a list for each coded feature */
	void (*trees)(uint8_t *id, const struct turned *t, const int8_t *row,
	    const uint64_t *const *answer);
	/* columns of n ranks, a multiple of width; either may be NULL */
	void (*columns)(int8_t *low, int8_t *high, const uint8_t *rank,
	    size_t n);
	/* rank of each of n values, 255 of NaN, for up to 254 thresholds; and
	 * of one value for each of n features, those of more passed over */
	void (*ranks)(uint8_t *rank, const float *x, size_t n,
	    const struct feature_ranks *f);
	void (*row_ranks)(uint8_t *rank, const float *x, size_t n,
	    const struct feature_ranks *f);
};

/* The n-th this program was built with, widest first; NULL after the last. */
const struct chain_kernel *chain_kernel_at(size_t n);
/* The widest that this CPU has. */
const struct chain_kernel *chain_kernel_best(void);

#endif
