/*
 * judge/late/holdout.h - rows held out, a tenth of each class at random, again
 * and again: scikit-learn's StratifiedShuffleSplit(n_splits, test_size=0.1,
 * random_state=42) of two classes, row for row.  Private to lib/judge/late.
 */
#ifndef JUDGE_LATE_HOLDOUT_H
#define JUDGE_LATE_HOLDOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/twister.h"

struct holdout {
	struct twister t;
	const bool *yes;		/* (n), borrowed */
	size_t n, of[2];		/* rows of each class */
	size_t *row[2];			/* (of) rows, in order */
	size_t *order;			/* (n) scratch */
};

void holdout_init(struct holdout *h, const bool *yes, size_t n);
void holdout_release(struct holdout *h);
/* held (n): the rows held out of the next split. */
void holdout_next(struct holdout *h, bool *held);

#endif
