/*
 * learn/percentile.h - a percentile of numbers, weighted or not, taken between
 * two of them as LightGBM takes it.
 */
#ifndef LEARN_PERCENTILE_H
#define LEARN_PERCENTILE_H

#include <stddef.h>

/* weight (n) or NULL; n > 0. */
double percentile_of(const double *v, const double *weight, size_t n,
    double alpha);

#endif
