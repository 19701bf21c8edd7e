/*
 * quality/deal.h - rows dealt out by the hash of their content: the place of
 * each in [0, 1), to be cut into parts or folds.
 *
 * Within each stratum (a class, or all rows) the hashes are ranked, and rows
 * of one hash share one place, so equal rows, or the rows of one key, stay
 * together; a stratum of n hashes fills [0, 1) in n even steps from a start
 * of its own, so that parts get their share of every stratum, and small
 * strata do not all fall into the first part.
 */
#ifndef QUALITY_DEAL_H
#define QUALITY_DEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* place (rows); stratum (rows), or NULL: one.  The hashes hold the seed,
 * which also decides where a stratum starts. */
int deal_places(double *place, const uint64_t *hash, const uint32_t *stratum,
    size_t rows, uint64_t seed, struct err *e);

#endif
