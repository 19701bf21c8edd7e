/*
 * stat/metric.h - how good predictions are, each with a 95 % interval.
 *
 * Values are scikit-learn's of the same name (ties in scores, zero
 * divisions as 0).  Where the field has a closed form the interval is that:
 * "delong" for AUC (DeLong, DeLong & Clarke-Pearson 1988, in the fast form
 * of Sun & Xu 2014), "wilson" for shares (Wilson 1927), "normal" for means;
 * otherwise "bootstrap": the 2.5 and 97.5 percentiles over METRIC_DRAWS
 * resamples drawn with the seed, less those that lack a class, and the
 * value itself where it is beyond them.  Draws of ks and ece, which noise
 * only makes larger, are moved to have the value as their median.  Where the
 * rows leave no spread, an AUC has Newcombe's interval ("newcombe"), what
 * lies in 0 to 1 Wilson's of the rows it hangs on, and the rest none
 * (stat/interval.h).
 *
 * Sums run in row order within fixed blocks, and a draw is one thread's, so
 * the same input gives the same bits on any number of threads.
 *
 * What cannot be said of the rows is left out: with one class alone auc,
 * ks and average_precision (so auc_ovr when some class is not there), r2 of
 * one row; of scores that are no probabilities logloss, brier and ece.
 */
#ifndef STAT_METRIC_H
#define STAT_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define METRIC_DRAWS 400
#define METRIC_NO_DRAWS UINT64_MAX	/* a seed: no interval is to be had by
				 * drawing; values are the same */
#define METRIC_MAX 32
#define METRIC_BINS 10		/* of the calibration table */
#define METRIC_CURVE 101	/* points of the ROC curve at most */

struct metric {
	const char *name;
	double value, low, high;	/* low and high NAN: no interval */
	const char *interval;	/* "delong", "newcombe", "wilson", "normal",
				 * "bootstrap", or NULL */
};

struct metric_bin {		/* scores in [i/10, (i+1)/10) */
	size_t n;
	double score, share;	/* their mean, and the share of positives */
};

struct metrics {
	struct metric m[METRIC_MAX];
	size_t n;
	size_t rows, positives;
	bool one_class;		/* some class is not among the rows */
	bool no_probability;	/* scores beyond 0 to 1 */
	/* binary only */
	struct metric_bin bin[METRIC_BINS];
	double fpr[METRIC_CURVE], tpr[METRIC_CURVE];
	size_t n_curve;
	size_t tp, fp, fn, tn;
};

/*
 * Binary: p (n) probability of the positive class, y (n) 0 or 1, or 2 for a
 * row that is of neither class: any answer is wrong.  auc,
 * average_precision, logloss, brier, accuracy, precision, recall, f1, ks,
 * ece.  accuracy to f1 are at p >= threshold.  ERR_FORMAT when a score is
 * not finite or there is no row.  ks is scipy's two-sided one.  threads: 0
 * for the default.
 */
int metrics_binary(struct metrics *out, const double *p, const uint8_t *y,
    size_t n, double threshold, uint64_t seed, int threads, struct err *e);
/* Multiclass: p (n, k) row-major, y (n) below k, or k where no class is
 * right.  accuracy, logloss,
 * f1_macro, f1_weighted, auc_ovr (macro).  Label = first largest. */
int metrics_multiclass(struct metrics *out, const double *p,
    const uint32_t *y, size_t n, size_t k, uint64_t seed, int threads,
    struct err *e);
/* Regression: rmse, mae, r2, median_ae. */
int metrics_regression(struct metrics *out, const double *p, const double *y,
    size_t n, uint64_t seed, int threads, struct err *e);
/* What regressions of other objectives are about, added to those: the loss of
 * quantile alpha as "pinball", and mean deviances as "poisson_deviance",
 * "gamma_deviance"; false: not defined for such rows, so none is added. */
void metrics_add_pinball(struct metrics *out, const double *p,
    const double *y, size_t n, double alpha);
bool metrics_add_poisson(struct metrics *out, const double *p,
    const double *y, size_t n);
bool metrics_add_gamma(struct metrics *out, const double *p, const double *y,
    size_t n);
const struct metric *metrics_find(const struct metrics *m, const char *name);

/* 1: more of it is better, -1: less is.  What stands before a last dot does not
 * count, as in "test.auc".  0: none of these metrics. */
int metric_better(const char *name);

/* The area alone, ties counted half.  NaN with one class or a NaN score. */
double metric_auc(const double *p, const uint8_t *y, size_t n);

#endif
