/*
 * search/importance/forest.h - a random forest of regression trees over a unit
 * cube, as scikit-learn's RandomForestRegressor grows them: each tree from
 * rows drawn with replacement, every column looked at for every cut, grown
 * until a leaf holds one value.  Of a tree its leaves are kept: a box, and the
 * mean of the rows in it.
 */
#ifndef SEARCH_FOREST_H
#define SEARCH_FOREST_H

#include <stddef.h>
#include <stdint.h>

#define FOREST_DEPTH 64

struct forest_rows {
	const double *x;	/* (n, columns), each in [0, 1] */
	const double *y;	/* (n) */
	size_t n, columns;
};

struct forest_leaves {
	size_t n, columns;
	double *low, *high;	/* (n, columns): the box */
	double *value;		/* (n) */
};

/* Tree number `tree` of the forest of that seed. */
void forest_tree(struct forest_leaves *out, const struct forest_rows *rows,
    uint64_t seed, uint64_t tree);
void forest_leaves_release(struct forest_leaves *l);

#endif
