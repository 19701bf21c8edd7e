/*
 * stat/bootstrap.h - resamples of rows for intervals without a closed form.
 * Private to lib/stat.
 *
 *	pool = draw_pool_new(threads, n);
 *	d->count = draw_counts_new(pool, n);
 *	pool_run(pool, METRIC_DRAWS, draw, d);	calls draw_counts
 *	draw_counts_free(d->count, pool);
 *	metric_add_draws(out, "f1", value, d->f1, rows);
 */
#ifndef STAT_BOOTSTRAP_H
#define STAT_BOOTSTRAP_H

#include "base/pool.h"
#include "stat/metric.h"

/* Threads for n rows; each counts every row. */
struct pool *draw_pool_new(int threads, size_t n);
/* Room for the counts of n rows, one array a thread of the pool. */
uint32_t **draw_counts_new(const struct pool *pool, size_t n);
void draw_counts_free(uint32_t **c, const struct pool *pool);
/* How often each of n < 2^32 rows comes in this draw; each draw has its own
 * stream of numbers. */
void draw_counts(uint32_t *count, size_t n, uint64_t seed, size_t draw);

/* All draws, unless the seed is METRIC_NO_DRAWS. */
void draw_run(struct pool *pool, uint64_t seed,
    void (*draw)(void *ctx, size_t b, int worker), void *ctx);

/* The metric with the percentile interval of draw[0..METRIC_DRAWS), which
 * are sorted here; those that are NaN do not count.  Where no draw differs
 * it is a share of `rows` (metric_bound), or NAN: it has no interval. */
void metric_add_draws(struct metrics *out, const char *name, double value,
    double *draw, double rows);
/* The same for a distance, which noise only makes larger: the draws are
 * moved so that the value is their median, and end at 0. */
void metric_add_distance(struct metrics *out, const char *name, double value,
    double *draw, double rows);

#endif
