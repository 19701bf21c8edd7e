/*
 * stat/ks.h - the distributions of Kolmogorov and Smirnov.
 */
#ifndef STAT_KS_H
#define STAT_KS_H

#include <stdint.h>

/* Two-sample Kolmogorov-Smirnov, both sides, exact by lattice paths: the
 * chance that the largest difference is at least h / lcm(m, n). O(m n). */
double ks_exact(uint64_t m, uint64_t n, uint64_t h);
/* One sample of n, both sides: P(D >= d), by the regions of Simard and
 * L'Ecuyer (J. Stat. Software 39(11), 2011).  Relative error 1e-10, where
 * Pelz and Good's series serves about 1e-7. */
double ks_one_sf(uint64_t n, double d);

#endif
