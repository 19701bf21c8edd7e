/*
 * engine/forest/rank.h - what tests ask, and features as bytes.  Private to
 * lib/engine/forest.
 */
#ifndef ENGINE_FOREST_RANK_H
#define ENGINE_FOREST_RANK_H

#include "engine/forest.h"

#define WINDOW_RANKS 254	/* thresholds a column tells apart */
#define WINDOW_CODES 128	/* members a pair of columns tells apart */
#define CODES_MAX 8192
#define NO_COLUMN UINT32_MAX

/* --- a node's test in one form: x <= t, or membership ---------------------- */

struct tree_test {
	bool member;
	bool flip;			/* what holds leads to `no` */
	bool nan_holds;
	float t;			/* never NaN */
	const float *set;
	size_t n_set;
	float one;			/* the set of EQ and NEQ */
};

void tree_test_of(struct tree_test *out, const struct tree_source_node *n);

/* --- features as bytes ----------------------------------------------------- */

/*
 * rank(x) = thresholds below x, so that x <= threshold[i] is rank <= i.  Of
 * more than 254 thresholds each window of 254 has its own column, in which
 * ranks of others are the least and the greatest.  A column holds rank - 128:
 * -128 ... 126, and 127 for NaN where NaN is to fail every test.
 */
struct feature_ranks {
	uint32_t feature;
	uint32_t n;
	uint32_t levels;		/* of the search: n < 2^levels */
	const float *threshold;		/* ascending, +inf up to 16, 256 or
					 * 2^levels; then every 16th of 256 */
	uint32_t low, high;		/* first column, NaN the least or
					 * greatest; or NO_COLUMN */
};

/*
 * Members of the sets that are asked of a feature have codes, and each window
 * of 128 codes two columns: code % 128 / 8, and one bit, 1 << code % 8; no bit
 * where the code is not of the window.
 */
struct feature_codes {
	uint32_t feature;
	uint32_t n;			/* members; NaN is code n, others n + 1 */
	const float *member;		/* ascending */
	const uint16_t *code;		/* by whole number, or NULL */
	size_t n_code;
	uint32_t column;		/* the first window's two */
};

/* What tests of a forest ask, by feature. */
struct ranking {
	struct feature_ranks *ranks;
	struct feature_codes *codes;
	uint32_t *ranks_of, *codes_of;	/* by feature: number + 1 */
	size_t n_ranks, n_codes;
	size_t n_rank_columns, n_columns;	/* ranks come first */
};

/* False when there are too many columns. */
bool ranking_build(struct ranking *k, struct arena *a,
    const struct tree_source *src);
/* The column and the byte that x is compared with for x <= t. */
void ranking_place(uint32_t *column, int8_t *rank, const struct ranking *k,
    uint32_t feature, float t, bool nan_holds);
uint32_t code_of(const struct feature_codes *f, float x);

static inline size_t
code_windows(const struct feature_codes *f)
{
	return (f->n + 1 + WINDOW_CODES - 1) / WINDOW_CODES;
}

#endif
