/*
 * search/pruners/halving.h - successive halving, asynchronous: at each rung
 * only the better part of those that came so far goes on.  ASHA is one
 * bracket of it, Hyperband several.
 */
#ifndef SEARCH_PRUNERS_HALVING_H
#define SEARCH_PRUNERS_HALVING_H

#include "search/pruner.h"

struct bracket {
	double min_resource;		/* steps to the first rung */
	double reduction;
	double first_rung;		/* "min_early_stopping_rate" */
	double bootstrap;		/* rungs with so few stop everybody */
	/* Do trials of this number compete here?  NULL: all do. */
	bool (*has)(const void *ctx, const struct study *s, size_t number);
	const void *ctx;
};

void halving_judge(struct verdict *v, const struct study *s, size_t number,
    const struct bracket *b);

#endif
