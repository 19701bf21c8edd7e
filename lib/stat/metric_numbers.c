/*
 * Metrics of a regression.
 */
#include "stat/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/elem.h"
#include "stat/bootstrap.h"
#include "stat/metric_internal.h"

/* As scikit-learn has it where the truth does not vary. */
static double
r2_of(double n, double sy, double syy, double see)
{
	double total = syy - sy * sy / n;

	return total > 0 ? 1 - see / total : see > 0 ? 0 : 1;
}

struct number_draws {
	const double *square;		/* of the errors */
	const double *y;		/* less `centre` */
	size_t n;
	uint64_t seed;
	uint32_t **count;
	double r2[METRIC_DRAWS];
};

static void
draw_numbers(void *ctx, size_t b, int worker)
{
	struct number_draws *d = ctx;
	uint32_t *count = d->count[worker];
	double a = 0, aa = 0, ee = 0;

	draw_counts(count, d->n, d->seed, b);
	for (size_t i = 0; i < d->n; i++) {
		double c = count[i], y = d->y[i];

		a += c * y;
		aa += c * (y * y);
		ee += c * d->square[i];
	}
	d->r2[b] = r2_of((double)d->n, a, aa, ee);
}

static void
add_r2(struct metrics *out, const double *square, const double *y, size_t n,
    uint64_t seed, int threads)
{
	struct pool *pool = draw_pool_new(threads, n);
	struct number_draws *d = xalloc(1, sizeof(*d));
	double *away = xalloc(n, sizeof(*away)), centre, zero = 0;
	bool varies = false;

	for (size_t i = 1; i < n; i++)
		varies |= y[i] != y[0];
	centre = varies ? block_sum(y, n, NULL) / (double)n : y[0];
	for (size_t i = 0; i < n; i++)
		away[i] = y[i] - centre;
	d->square = square;
	d->y = away;
	d->n = n;
	d->seed = seed;
	d->count = draw_counts_new(pool, n);
	draw_run(pool, seed, draw_numbers, d);
	draw_counts_free(d->count, pool);
	pool_free(pool);
	/* of one row there is nothing to explain */
	metric_add_draws(out, "r2", n < 2 ? NAN : r2_of((double)n,
	    block_sum(away, n, NULL), block_sum(away, n, &zero),
	    block_sum(square, n, NULL)), d->r2, NAN);
	free(away);
	free(d);
}

/* The median of v, which is sorted, and its distribution-free interval. */
static void
add_median(struct metrics *out, const char *name, double *v, size_t n)
{
	double half = Z95 * sqrt((double)n) / 2, mid = (double)n / 2;
	double value, ends[2] = { NAN, NAN };
	size_t low = mid > half ? (size_t)(mid - half) : 0;
	size_t high = mid + half < (double)n - 1 ? (size_t)(mid + half + 1) :
	    n - 1;

	qsort(v, n, sizeof(*v), metric_rising);
	value = n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
	if (v[0] < v[n - 1]) {
		ends[0] = v[low];
		ends[1] = v[high < n ? high : n - 1];
	}
	metric_add(out, name, value, ends[0], ends[1], "normal");
}

int
metrics_regression(struct metrics *out, const double *p, const double *y,
    size_t n, uint64_t seed, int threads, struct err *e)
{
	double *square, *far;
	struct metric *m;

	memset(out, 0, sizeof(*out));
	out->rows = n;
	if (metric_check_rows(n, e) < 0 || metric_check_scores(p, n, e) < 0)
		return -1;
	square = xalloc(n, sizeof(*square));
	far = xalloc(n, sizeof(*far));
	for (size_t i = 0; i < n; i++) {
		square[i] = (p[i] - y[i]) * (p[i] - y[i]);
		far[i] = fabs(p[i] - y[i]);
	}
	metric_add_mean(out, "rmse", square, n);
	m = &out->m[0];
	m->value = sqrt(m->value);
	m->low = m->low < 0 ? 0 : sqrt(m->low);
	m->high = sqrt(m->high);
	metric_add_mean(out, "mae", far, n);
	add_r2(out, square, y, n, seed, threads);
	add_median(out, "median_ae", far, n);
	free(square);
	free(far);
	return 0;
}

void
metrics_add_pinball(struct metrics *out, const double *p, const double *y,
    size_t n, double alpha)
{
	double *loss = xalloc(n, sizeof(*loss));

	for (size_t i = 0; i < n; i++) {
		double under = y[i] - p[i];

		loss[i] = under >= 0 ? alpha * under : (alpha - 1) * under;
	}
	metric_add_mean(out, "pinball", loss, n);
	free(loss);
}

/* Answers above 0, and a truth that is no less than 0, or above it? */
static bool
has_deviance(const double *p, const double *y, size_t n, bool zero)
{
	for (size_t i = 0; i < n; i++)
		if (!(p[i] > 0) || !(zero ? y[i] >= 0 : y[i] > 0))
			return false;
	return true;
}

bool
metrics_add_poisson(struct metrics *out, const double *p, const double *y,
    size_t n)
{
	double *v;

	if (!has_deviance(p, y, n, true))
		return false;
	v = xalloc(n, sizeof(*v));
	for (size_t i = 0; i < n; i++)
		v[i] = 2 * ((y[i] > 0 ? y[i] * m_log(y[i] / p[i]) : 0) - y[i] +
		    p[i]);
	metric_add_mean(out, "poisson_deviance", v, n);
	free(v);
	return true;
}

bool
metrics_add_gamma(struct metrics *out, const double *p, const double *y,
    size_t n)
{
	double *v;

	if (!has_deviance(p, y, n, false))
		return false;
	v = xalloc(n, sizeof(*v));
	for (size_t i = 0; i < n; i++)
		v[i] = 2 * (m_log(p[i] / y[i]) + y[i] / p[i] - 1);
	metric_add_mean(out, "gamma_deviance", v, n);
	free(v);
	return true;
}
