/*
 * Metrics of a classifier of several classes.
 */
#include "stat/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stat/bootstrap.h"
#include "stat/metric_internal.h"
#include "stat/roc.h"

/* cell (k + 1, k): truth by answer, the last truth being none of the k. */
static void
f1_scores(double *macro, double *weighted, const double *cell, size_t k)
{
	double n = 0;

	for (size_t i = 0; i < k * k; i++)
		n += cell[i];
	*macro = *weighted = 0;
	for (size_t c = 0; c < k; c++) {
		double tp = cell[c * k + c], row = 0, column = 0, f;

		for (size_t j = 0; j < k; j++) {
			row += cell[c * k + j];
			column += cell[j * k + c];
		}
		column += cell[k * k + c];
		f = metric_f1(tp, column - tp, row - tp);
		*macro += f / (double)k;
		*weighted += n > 0 ? f * row / n : 0;
	}
}

/* What several classes are judged by. */
struct class_draws {
	const struct score_order *o;		/* by class */
	const uint32_t *said, *y;	/* by row */
	size_t n, k;
	uint64_t seed;
	uint32_t **count;
	double macro[METRIC_DRAWS], weighted[METRIC_DRAWS], auc[METRIC_DRAWS];
};

/* Truth by answer. */
static double *
confusion_cells(const struct class_draws *m, const uint32_t *count)
{
	double *cell = xalloc((m->k + 1) * m->k, sizeof(*cell));

	for (size_t i = 0; i < m->n; i++)
		cell[m->y[i] * m->k + m->said[i]] += count ? count[i] : 1;
	return cell;
}

/* NAN where a class is missing. */
static double
auc_ovr(const struct class_draws *m, const uint32_t *count, const double *cell)
{
	double sum = 0;

	for (size_t c = 0; c < m->k && !isnan(sum); c++) {
		double P = 0;

		for (size_t j = 0; j < m->k; j++)
			P += cell[c * m->k + j];
		sum += walk_ranks(&m->o[c], count, true, P).auc;
	}
	return sum / (double)m->k;
}

static void
draw_multi(void *ctx, size_t b, int worker)
{
	struct class_draws *m = ctx;
	uint32_t *count = m->count[worker];
	double *cell;

	draw_counts(count, m->n, m->seed, b);
	cell = confusion_cells(m, count);
	f1_scores(&m->macro[b], &m->weighted[b], cell, m->k);
	m->auc[b] = auc_ovr(m, count, cell);
	free(cell);
}

/* Of the class that has the fewest. */
static double
fewest_rows(const struct class_draws *m)
{
	size_t *count = xalloc(m->k + 1, sizeof(*count)), fewest = m->n;

	for (size_t i = 0; i < m->n; i++)
		count[m->y[i]]++;
	for (size_t c = 0; c < m->k; c++)
		fewest = count[c] < fewest ? count[c] : fewest;
	free(count);
	return (double)fewest;
}

static void
add_multi(struct metrics *out, struct class_draws *m, int threads)
{
	struct pool *pool = draw_pool_new(threads, m->n);
	double macro, weighted, auc, *cell = confusion_cells(m, NULL);
	double fewest = fewest_rows(m);

	f1_scores(&macro, &weighted, cell, m->k);
	auc = auc_ovr(m, NULL, cell);
	free(cell);
	out->one_class = isnan(auc);
	m->count = draw_counts_new(pool, m->n);
	draw_run(pool, m->seed, draw_multi, m);
	draw_counts_free(m->count, pool);
	pool_free(pool);
	metric_add_draws(out, "f1_macro", macro, m->macro, fewest);
	metric_add_draws(out, "f1_weighted", weighted, m->weighted,
	    (double)m->n);
	metric_add_draws(out, "auc_ovr", auc, m->auc, fewest);
}

int
metrics_multiclass(struct metrics *out, const double *p, const uint32_t *y,
    size_t n, size_t k, uint64_t seed, int threads, struct err *e)
{
	struct score_order *o;
	struct class_draws *m;
	uint8_t *is;
	uint32_t *said;
	double *loss;
	size_t right = 0;

	memset(out, 0, sizeof(*out));
	out->rows = n;
	if (metric_check_rows(n, e) < 0 || metric_check_scores(p, n * k, e) < 0)
		return -1;
	o = xalloc(k, sizeof(*o));
	m = xalloc(1, sizeof(*m));
	is = xalloc(n, 1);
	said = xalloc(n, sizeof(*said));
	loss = xalloc(n, sizeof(*loss));
	for (size_t i = 0; i < n; i++) {
		const double *v = p + i * k;

		for (size_t c = 1; c < k; c++)
			if (v[c] > v[said[i]])
				said[i] = (uint32_t)c;
		right += said[i] == y[i];
		loss[i] = metric_log_loss(y[i] < k ? v[y[i]] : 0, 1);
	}
	for (size_t c = 0; c < k; c++) {
		for (size_t i = 0; i < n; i++)
			is[i] = y[i] == c;
		score_order_init(&o[c], p + c, k, is, n);
		out->no_probability |= o[c].p[0] > 1 + 1e-6 ||
		    o[c].p[n - 1] < -1e-6;
	}
	metric_add_share(out, "accuracy", right, n);
	if (!out->no_probability)
		metric_add_mean(out, "logloss", loss, n);
	*m = (struct class_draws){ .o = o, .said = said, .y = y, .n = n, .k = k,
	    .seed = seed };
	add_multi(out, m, threads);
	for (size_t c = 0; c < k; c++)
		score_order_release(&o[c]);
	free(o);
	free(m);
	free(is);
	free(said);
	free(loss);
	return 0;
}
