/*
 * Resamples of rows, drawn with replacement, and the percentile intervals
 * they give.
 */
#include "stat/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "stat/metric_internal.h"

struct pool *
draw_pool_new(int threads, size_t n)
{
	int most = threads > 0 ? threads : pool_default_threads();

	/* each thread counts every row */
	return pool_new(n < 4096 ? 1 : most < 8 ? most : 8);
}

uint32_t **
draw_counts_new(const struct pool *pool, size_t n)
{
	int threads = pool_threads(pool);
	uint32_t **c = xalloc((size_t)threads, sizeof(*c));

	for (int t = 0; t < threads; t++)
		c[t] = xalloc(n + 1, sizeof(**c));
	return c;
}

void
draw_counts_free(uint32_t **c, const struct pool *pool)
{
	for (int t = 0; t < pool_threads(pool); t++)
		free(c[t]);
	free(c);
}

void
draw_run(struct pool *pool, uint64_t seed,
    void (*draw)(void *ctx, size_t b, int worker), void *ctx)
{
	if (seed != METRIC_NO_DRAWS)
		pool_run(pool, METRIC_DRAWS, draw, ctx);
}

/* n rows with replacement; one random number is good for two of them. */
void
draw_counts(uint32_t *count, size_t n, uint64_t seed, size_t draw)
{
	struct rng g;

	memset(count, 0, n * sizeof(*count));
	rng_seed(&g, seed, draw);
	for (size_t i = 0; i < n; i += 2) {
		uint64_t u = rng_u64(&g);

		count[(u >> 32) * n >> 32]++;
		if (i + 1 < n)
			count[(u & UINT32_MAX) * n >> 32]++;
	}
}

/* Draws that are numbers first, rising; how many. */
static size_t
sort_draws(double *draw)
{
	size_t n = 0;

	for (size_t i = 0; i < METRIC_DRAWS; i++)
		if (!isnan(draw[i]))
			draw[n++] = draw[i];
	qsort(draw, n, sizeof(*draw), metric_rising);
	return n;
}

static void
add_percentiles(struct metrics *out, const char *name, double value,
    const double *draw, size_t n, double rows)
{
	double low = NAN, high = NAN;
	struct metric *m;

	if (n && draw[0] < draw[n - 1]) {
		low = draw[(size_t)(0.025 * (double)(n - 1))];
		high = draw[(size_t)(0.975 * (double)(n - 1) + 0.5)];
		/* which the value belongs to in any case */
		low = value < low ? value : low;
		high = value > high ? value : high;
	}
	m = metric_add(out, name, value, low, high, "bootstrap");
	if (!isnan(rows))
		metric_bound(m, rows);
}

void
metric_add_draws(struct metrics *out, const char *name, double value,
    double *draw, double rows)
{
	add_percentiles(out, name, value, draw, sort_draws(draw), rows);
}

void
metric_add_distance(struct metrics *out, const char *name, double value,
    double *draw, double rows)
{
	size_t n = sort_draws(draw);
	double away = n ? draw[n / 2] - value : 0;

	for (size_t i = 0; i < n; i++) {
		double v = draw[i] - away;

		draw[i] = v < 0 ? 0 : v > 1 ? 1 : v;
	}
	add_percentiles(out, name, value, draw, n, rows);
}
