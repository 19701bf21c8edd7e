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

/* Of what cannot fall below 0 (ks and ece of a good model) all draws may lie
 * above the value itself, which belongs to the interval all the same. */
void
metric_add_draws(struct metrics *out, const char *name, double value,
    double *draw)
{
	double low = NAN, high = NAN;
	size_t n = 0;

	for (size_t i = 0; i < METRIC_DRAWS; i++)
		if (!isnan(draw[i]))
			draw[n++] = draw[i];
	qsort(draw, n, sizeof(*draw), metric_rising);
	if (n) {
		low = draw[(size_t)(0.025 * (double)(n - 1))];
		high = draw[(size_t)(0.975 * (double)(n - 1) + 0.5)];
		low = value < low ? value : low;
		high = value > high ? value : high;
	}
	metric_add(out, name, value, low, high, "bootstrap");
}
