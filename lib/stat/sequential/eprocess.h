/*
 * stat/sequential/eprocess.h - tests that may be looked at after every observation.
 *
 * Each value is an e-process: under its null hypothesis the chance that it
 * ever reaches 1/alpha is at most alpha (Ville's inequality), however often
 * it is looked at and whenever one stops.  All are given as logarithms, and
 * are mixtures over a fixed grid of alternatives, so they are functions of
 * what was counted, not of who looked.
 *
 * Rates.  Units go to an arm with a known chance, its share.  Given that a
 * unit had an event, whatever the hour, it is one of the arm with chance
 * q(r) = s r / (s r + 1 - s), where s is the share and r the ratio of the
 * arm's rate to the other's: the state is two counts for each share
 * (Lindon & Malek, "Anytime-valid inference for multinomial count data",
 * NeurIPS 2022).  With the greatest rate that is allowed in the place of the
 * share, and all units of the arm in the place of the events, the same is
 * the test of one rate.
 *
 * Means.  Y in [0, 1] of a unit, A in {0, 1} its arm:
 * z = (A/s - (1-A)/(1-s)) (Y - m), with m the mean before it, has as
 * expectation the arm's mean less the other's; bets on z, a fraction of what
 * it can lose, are an e-process for any bounded distribution (Waudby-Smith &
 * Ramdas, "Estimating means of bounded random variables by betting", JRSS B
 * 2024).  The state is a logarithm for each fraction.
 */
#ifndef STAT_SEQUENTIAL_EPROCESS_H
#define STAT_SEQUENTIAL_EPROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the events seen at one share, so many in the arm. */
struct share_count {
	double share;			/* 0 < share < 1 */
	uint64_t arm, all;
};

/* Evidence that the ratio of the rates is above `ratio` (null: at most it). */
double seq_ratio_above(const struct share_count *c, size_t n, double ratio);
/* ... that it is below (null: at least it). */
double seq_ratio_below(const struct share_count *c, size_t n, double ratio);
/* ... that it is not 1, either way. */
double seq_ratio_other(const struct share_count *c, size_t n);
/* `hits` of `all` had it: evidence that the rate is above `max`, in [0, 1).
 * One hit is infinite evidence against 0. */
double seq_rate_above(uint64_t hits, uint64_t all, double max);

/* ... that it is below `max`, above 0. */
double seq_rate_below(uint64_t hits, uint64_t all, double max);

#define SEQ_BETS 8

/* Is the arm's mean above or below the other's by more than a margin? */
struct seq_difference {
	double margin;			/* -1 < margin < 1 */
	double above[SEQ_BETS];		/* logarithms, one a fraction */
	double below[SEQ_BETS];
	uint64_t n[2];			/* units: of the other arm, of the arm */
	double sum[2];
};

void seq_difference_init(struct seq_difference *d, double margin);
/* One unit more; y is clamped to [0, 1]. */
void seq_difference_add(struct seq_difference *d, double share, bool in_arm,
    double y);
/* One unit more on which both were tried: z, in [-1, 1], is the arm's less the
 * other's.  It counts as one of each; the sums are the caller's. */
void seq_difference_add_pair(struct seq_difference *d, double z);
/* Evidence that arm - other is above the margin; below it. */
double seq_difference_above(const struct seq_difference *d);
double seq_difference_below(const struct seq_difference *d);

#endif
