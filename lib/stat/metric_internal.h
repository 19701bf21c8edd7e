/*
 * stat/metric_internal.h - what the metrics of all tasks share.  Private to
 * lib/stat.
 */
#ifndef STAT_METRIC_INTERNAL_H
#define STAT_METRIC_INTERNAL_H

#include "stat/interval.h"
#include "stat/metric.h"

/* One more metric; a NaN value is not told, and an interval whose ends are
 * NaN neither.  The pointer is into out. */
struct metric *metric_add(struct metrics *out, const char *name, double value,
    double low, double high, const char *how);
/* k of n, with Wilson's interval. */
void metric_add_share(struct metrics *out, const char *name, size_t k,
    size_t n);
/* Mean of v with its normal interval; none where v does not vary. */
struct metric *metric_add_mean(struct metrics *out, const char *name,
    const double *v, size_t n);
/* A metric from 0 to 1 that has no interval gets one as a share of so many
 * rows. */
void metric_bound(struct metric *m, double rows);

/* The sum, or that of squared distances from *centre, in blocks of 256. */
double block_sum(const double *v, size_t n, const double *centre);
/* For qsort: doubles, none of them NaN. */
int metric_rising(const void *a, const void *b);
/* Loss of probability p of what is (y 1) or is not (y 0). */
double metric_log_loss(double p, int y);
static inline double
metric_f1(double tp, double fp, double fn)
{
	return tp > 0 ? 2 * tp / (2 * tp + fp + fn) : 0;
}

int metric_check_rows(size_t n, struct err *e);
int metric_check_scores(const double *p, size_t n, struct err *e);

#endif
