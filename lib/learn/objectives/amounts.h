/*
 * learn/objectives/amounts.h - what the objectives of counts and amounts
 * share: targets from 0, whose mean is e to the score.
 */
#ifndef LEARN_OBJECTIVES_AMOUNTS_H
#define LEARN_OBJECTIVES_AMOUNTS_H

#include "learn/objective.h"

/* ERR_FORMAT: a target below 0, or none above it. */
int amounts_check(const struct frame *f, const char *objective,
    struct err *e);
/* The logarithm of the mean. */
void amounts_start(double *score, const struct frame *f,
    const struct objective_settings *set);
/* e to the score, in place. */
void amounts_link(double *score, size_t k);

#endif
