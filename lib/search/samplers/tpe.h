/*
 * search/samplers/tpe.h - the two densities of the tree-structured Parzen
 * estimator, for its unit test.
 */
#ifndef SEARCH_SAMPLERS_TPE_H
#define SEARCH_SAMPLERS_TPE_H

#include "search/samplers/parzen.h"
#include "search/past.h"

struct tpe {
	struct parzen good, rest;
};

/* Of the parameters dim (n_dims, by their place in the space), from the
 * trials that have all of them; memory is of the arena. */
void tpe_build(struct tpe *t, struct arena *a, const struct past *past,
    const size_t *dim, size_t n_dims);

#endif
