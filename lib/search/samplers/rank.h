/*
 * search/samplers/rank.h - trials in the order of their worth: for one value
 * by it, for several by how many fronts would have to go first.
 */
#ifndef SEARCH_SAMPLERS_RANK_H
#define SEARCH_SAMPLERS_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "search/past.h"

/* Does a beat b: nowhere more, somewhere less? */
bool rank_beats(const double *a, const double *b, size_t n);
/* The front (from 0) of each of n vectors of length m, and how far apart
 * each stands from its neighbours in it (NSGA-II's crowding distance). */
void rank_fronts(size_t *front, double *crowding, const double *const *y,
    size_t n, size_t m);
/* The indices of trials that ended, best first, as Optuna's TPE has it:
 * complete ones, pruned ones by how far they came, then those that break a
 * constraint by how much; ties by number.  Returns how many. */
size_t rank_ended(size_t *order, const struct past *past);

#endif
