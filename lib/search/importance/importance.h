/*
 * search/importance/importance.h - how much of what was told comes of each
 * parameter: functional ANOVA (Hutter, Hoos, Leyton-Brown 2014) on a random
 * forest, as Optuna's FanovaImportanceEvaluator reckons it.
 *
 * Of each tree: the variance of its answer when all parameters but one are
 * averaged away, as a share of the variance of the answer; then the mean over
 * the trees.  Complete trials count that have every parameter of the space;
 * parameters are taken on their own scale, not its logarithm, and of a
 * categorical one each choice is a column of its own, or its place is the
 * value where there are more than IMPORTANCE_CHOICES.
 *
 * Optuna draws other rows for its trees, so shares agree as those of two
 * seeds do, not to the digit (tests/interop/search.py).
 */
#ifndef SEARCH_IMPORTANCE_H
#define SEARCH_IMPORTANCE_H

#include "search/past.h"

#define IMPORTANCE_TREES 64
#define IMPORTANCE_CHOICES 10
#define IMPORTANCE_CELLS 4000000	/* trials times columns, the newest */

struct importance {
	size_t param;			/* of the space */
	double share;			/* together 1, or all 0 */
};

/* (space n), the largest first.  Which objective: from 0.  ERR_NO with fewer
 * than two such trials, or where all have the same value; *used: how many
 * there are. */
int importance_find(struct importance *out, size_t *used,
    const struct past *past, size_t objective, uint64_t seed, struct err *e);

#endif
