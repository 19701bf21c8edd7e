/*
 * drift/bounds.h - tests on the buckets of two profiles.  Private to
 * lib/drift.
 */
#ifndef DRIFT_BOUNDS_H
#define DRIFT_BOUNDS_H

#include "drift/pair.h"

/* Bounds of ks or wasserstein from buckets; score in the middle. */
int bounds_test(struct drift_column *d, const struct view *ref,
    const struct view *cur, struct err *e);

#endif
