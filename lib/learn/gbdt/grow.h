/*
 * learn/gbdt/grow.h - one tree, grown leaf by leaf.  Private to the booster.
 *
 * The grower owns what lasts from tree to tree: the rows in the order of
 * their leaves, the gathered gradients, the histograms.
 *
 * Sums are rounded as LightGBM rounds them: one bin of a number's histogram,
 * most often zero's, is what the others leave of the leaf's sums.  Where no
 * row lies between two cuts, as with -1e-35 and 1e-35 in a column without
 * zeros, that remainder tells which of the two LightGBM takes, and so where
 * a zero goes that comes later.
 */
#ifndef LEARN_GBDT_GROW_H
#define LEARN_GBDT_GROW_H

#include "base/pool.h"
#include "learn/gbdt/bin.h"
#include "learn/gbdt/cell.h"
#include "learn/gbdt/gbdt.h"
#include "learn/gbdt/quantized.h"

struct split {
	double gain;			/* -infinity: none */
	uint32_t feature;
	uint32_t bin;			/* rows with bin <= this go left */
	bool default_left, category;
	uint32_t n_set;
	uint8_t set[256];		/* bins that go left */
	struct cell left, right;
	double l2;			/* of both sides' values */
};

struct leaf {
	size_t from, n;			/* rows, in grower.order or ... */
	size_t drawn;			/* those of them, the first, that splits
					 * are chosen by; else all */
	bool in_spare;			/* ... in grower.spare */
	struct cell sum;
	double count;
	int depth;
	struct cell *hist;		/* all features, or NULL */
	size_t at;			/* its histogram of whole numbers */
	struct split best;
	double l2;			/* of its value */
	double value;			/* by its sums */
	double low, high;		/* between which values may lie */
	uint32_t parent;		/* node, and which side of it */
	bool is_left;
};

struct grower {
	const struct bins *b;
	const struct gbdt_params *p;
	struct pool *pool;
	uint32_t *order, *spare;	/* (rows): a leaf's rows move from one
					 * to the other when it is split */
	uint64_t *goes_left;		/* (rows / 64 + 2) of a leaf being split */
	struct gh *gathered;		/* (rows) */
	struct leaf *leaf;
	size_t n_leaves, most;		/* of a tree; most it may have */
	struct cell *histograms;	/* num_leaves of them */
	struct quantized quantized;	/* where they are asked for */
	bool whole_numbers;		/* this tree is grown from them */
	const int8_t *monotone;		/* by feature; or NULL: free */
	bool *use;			/* features of this tree */
	bool *worth;			/* by leaf, feature: could it be split
					 * above? if not it is not tried again
					 * below, as in LightGBM */
	struct split *found;		/* by leaf (two at once), feature */
	/* the tree being grown */
	double root_h;
	struct gbdt_tree *tree;
	uint32_t **set;			/* of the model, growing */
	size_t *n_set, *room_set;
};

int grower_init(struct grower *w, const struct bins *b,
    const struct gbdt_params *p, struct pool *pool, struct err *e);
void grower_release(struct grower *w);
/* Grow on the first n rows of w->order, those for splits drawn by the number
 * `tree`.  Leaf values are without the learning rate; w->leaf tells afterwards
 * which rows are where. */
void grower_run(struct grower *w, struct gbdt_tree *out, const struct gh *gh,
    size_t n, uint64_t tree);

/* The rows of l on both sides of s, into the other buffer: their places are
 * set in left and right and nothing else. */
void partition_leaf(struct leaf *left, struct leaf *right, struct grower *w,
    const struct leaf *l, const struct split *s);
/* The rows that splits are chosen by come first. */
void partition_draw(struct leaf *root, struct grower *w, double share,
    uint64_t tree);

/* A leaf's rows: those drawn, rising, then the others. */
static inline const uint32_t *
leaf_rows(const struct grower *w, const struct leaf *l)
{
	return (l->in_spare ? w->spare : w->order) + l->from;
}

/* The best split of a feature by its histogram; split.c. */
void split_feature(struct split *out, const struct grower *w,
    const struct leaf *l, uint32_t feature);
/* Within the bounds of leaf `in`, when it has some. */
double leaf_value(const struct gbdt_params *p, struct cell sum, double l2,
    const struct leaf *in);

#endif
