/*
 * stat/twosample.h - have two samples the same distribution?
 *
 * Both samples are given once, as distinct values in rising order with how
 * often each stands on either side: every test here is a function of that.
 * So rows, and profiles that know all their values, are tested by the same
 * code.  Definitions, defaults and the choice of test are Evidently's
 * (0.7; scipy 1.17 and numpy 2 underneath), equal to about 1e-10; the names
 * of the methods are Evidently's too.
 */
#ifndef STAT_TWOSAMPLE_H
#define STAT_TWOSAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct twosample {
	const double *value;	/* k rising; NULL for categories */
	const uint64_t *ref, *cur;
	size_t k;		/* ref[i] + cur[i] > 0 for each */
	uint64_t n_ref, n_cur;	/* sums of ref and cur, above zero */
	bool numeric;		/* else categories, even if value is there */
	bool integer;		/* both sides were integers: bins as numpy 2
				 * makes them, at least 1 wide */
};

enum ts_method {
	TS_KS, TS_WASSERSTEIN, TS_CHISQUARE, TS_Z, TS_JENSENSHANNON, TS_PSI,
	TS_KL, TS_HELLINGER, TS_ENERGY, TS_T, TS_MANN_WHITNEY, TS_ANDERSON,
	TS_CRAMER, TS_G, TS_FISHER, TS_METHODS
};

const char *ts_name(enum ts_method m);		/* "ks", "wasserstein" .. */
const char *ts_title(enum ts_method m);		/* "Kolmogorov-Smirnov p" */
bool ts_parse(enum ts_method *m, const char *name);
double ts_threshold(enum ts_method m);		/* its default */
bool ts_fits(enum ts_method m, bool numeric);	/* made for such values? */
bool ts_is_p(enum ts_method m);			/* a p-value: small is drift */
/* Does a score say drift?  Each test has its own strictness. */
bool ts_drifted(enum ts_method m, double score, double threshold);

/* Evidently's choice: by the kind, by the rows of the reference (1000) and
 * by the distinct values of both (5, 2). */
enum ts_method ts_auto(bool numeric, uint64_t n_ref, uint64_t distinct);

/* *score: a p-value or a distance.  ERR_UNSUPPORTED when the test does not
 * fit the data; the message says why. */
int ts_run(double *score, const struct twosample *s, enum ts_method m,
    struct err *e);

/*
 * *p: how likely two samples of these sizes, of one population, are to
 * differ as much as these by test `m`, whose score it was: small when chance
 * does not explain the score.  For a test of two samples its p-value; for
 * those that take the reference as exact, and for distances, an estimate
 * from the sizes of both sides, at or above the truth.
 */
int ts_chance(double *p, const struct twosample *s, enum ts_method m,
    double score, struct err *e);

/* The same for the area between two distribution functions, when only it is
 * known, with the integral of sqrt(H (1 - H)) and the standard deviation of
 * both sides together. */
double ts_area_chance(double area, double root, double std, uint64_t n_ref,
    uint64_t n_cur);

/* Two-sided p of a difference of two shares: `a` of n, `b` of m. */
double ts_share_chance(uint64_t a, uint64_t n, uint64_t b, uint64_t m);

/* The bins behind psi, kl_div and jensenshannon of numbers: Sturges' rule
 * over both sides as numpy has it.  `edge` gets *bins + 1, at most
 * TS_BINS_MAX + 1. */
#define TS_BINS_MAX 128
void ts_sturges(double *edge, size_t *bins, double min, double max,
    uint64_t n, bool integer);

#endif
