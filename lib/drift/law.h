/*
 * drift/law.h - how a distance between two draws of one population spreads:
 * its square as a chi-square that is scaled and moved, as Pearson (1959) has
 * sums of squares of normal numbers.  Private to lib/drift.
 */
#ifndef DRIFT_LAW_H
#define DRIFT_LAW_H

#include <stddef.h>

struct law {
	double scale, df, shift;	/* scale 0: it is 0 always */
};

/* By the first three moments of the squares of n > 0 draws. */
struct law law_fit(const double *draw, size_t n);
/* The upper tail, and the distance from which on it is p. */
double law_sf(const struct law *l, double distance);
double law_quantile(const struct law *l, double p);

#endif
