/*
 * learn/gbdt/bin.h - features as small whole numbers.
 *
 * A number's bins are intervals closed above, x in bin b when x <= bound[b]
 * and x > bound[b-1]; bounds are float32 midpoints between neighbouring
 * values, chosen greedily for equal counts as LightGBM does (a value that
 * alone fills a bin gets its own, and so does zero), from at most `sample`
 * rows taken evenly.
 * A category's bin is its level.  The last bin holds what is missing, when
 * anything is, and levels too rare for one of their own (254 at most).
 *
 * Rows are stored together for sums over all columns: one row's bins are side
 * by side, so that a scattered set of rows costs one cache line each.  Rows to
 * learn from are stored by column, too, for splits, which read one column.
 */
#ifndef LEARN_GBDT_BIN_H
#define LEARN_GBDT_BIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "learn/frame.h"

struct bin_feature {
	bool category;
	float *bound;			/* (n_bins), the last is infinite */
	uint8_t *of_level;		/* category: level to bin */
	uint32_t *level;		/* category: bin to level */
	size_t n_levels;
	uint32_t n_bins;		/* without the one for missing */
	bool missing;			/* bin n_bins is in use */
	uint32_t rest;			/* number: the bin whose sums are what
					 * the others leave of the leaf's; 0:
					 * none (learn/gbdt/grow.h) */
	uint32_t offset;		/* of its histogram among all */
};

struct bins {
	size_t rows, n_features, stride;
	uint8_t *row;			/* (rows, stride) */
	uint8_t *column;		/* (n_features, rows), or NULL */
	struct bin_feature *feature;
	uint32_t total;			/* bins of all features, and gaps */
	bool borrowed;			/* row and column are another's */
};

struct bin_params {
	int64_t max_bin, min_data_in_bin, sample;
};

int bins_init(struct bins *b, const struct frame *f,
    const struct bin_params *p, struct pool *pool, struct err *e);
/* Other rows in the same bins. */
int bins_init_like(struct bins *b, const struct bins *like,
    const struct frame *f, struct pool *pool, struct err *e);
void bins_release(struct bins *b);		/* also for those of bins_init_like */

/* Empty ones for these rows and features: sizes are set, and there is room
 * for what is known of each feature. */
void bins_shape(struct bins *b, const struct frame *f);
/* Where the histogram of the feature after this one begins. */
uint32_t bins_after(const struct bin_feature *f);

#endif
