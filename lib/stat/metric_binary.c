/*
 * Metrics of a binary classifier.
 */
#include "stat/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stat/bootstrap.h"
#include "stat/metric_internal.h"
#include "stat/roc.h"

static double
ece_of(const double *n, const double *score, const double *share, double all)
{
	double sum = 0;

	for (int i = 0; i < METRIC_BINS; i++)
		sum += n[i] > 0 ? fabs(score[i] - share[i]) : 0;
	return sum / all;
}

static int
bin_of(double p)
{
	return p >= 1 ? METRIC_BINS - 1 : p > 0 ? (int)(p * METRIC_BINS) : 0;
}

struct binary_draws {
	const struct score_order *o;
	uint8_t *bin;			/* by rank */
	size_t above;			/* ranks that count as positive */
	uint64_t seed;
	uint32_t **count;
	double f1[METRIC_DRAWS], ks[METRIC_DRAWS], ece[METRIC_DRAWS],
	    ap[METRIC_DRAWS];
};

/* Everything from one set of counts. */
static void
draw_binary(void *ctx, size_t b, int worker)
{
	struct binary_draws *d = ctx;
	const struct score_order *o = d->o;
	uint32_t *count = d->count[worker];
	double tp = 0, fp = 0, fn = 0, bn[METRIC_BINS] = { 0 };
	double bs[METRIC_BINS] = { 0 }, by[METRIC_BINS] = { 0 };
	struct roc_walk w;

	draw_counts(count, o->n, d->seed, b);
	for (size_t i = 0; i < o->n; i++) {
		double c = count[i], yes = o->is[i] ? c : 0;

		bn[d->bin[i]] += c;
		bs[d->bin[i]] += c * o->p[i];
		by[d->bin[i]] += yes;
		if (i < d->above) {
			tp += yes;
			fp += c - yes;
		} else {
			fn += yes;
		}
	}
	w = walk_ranks(o, count, false, tp + fn);
	d->f1[b] = metric_f1(tp, fp, fn);
	d->ks[b] = w.ks;
	d->ap[b] = w.ap;
	d->ece[b] = ece_of(bn, bs, by, (double)o->n);
}

static struct binary_draws *
binary_draws(const struct score_order *o, double threshold, uint64_t seed,
    int threads)
{
	struct pool *pool = draw_pool_new(threads, o->n);
	struct binary_draws *d = xalloc(1, sizeof(*d));

	d->o = o;
	d->seed = seed;
	d->bin = xalloc(o->n + 1, 1);
	for (size_t i = 0; i < o->n; i++) {
		d->bin[i] = (uint8_t)bin_of(o->p[i]);
		d->above += o->p[i] >= threshold;
	}
	d->count = draw_counts_new(pool, o->n);
	draw_run(pool, seed, draw_binary, d);
	draw_counts_free(d->count, pool);
	pool_free(pool);
	free(d->bin);
	return d;
}

static void
count_binary(struct metrics *out, const double *p, const uint8_t *y, size_t n,
    double threshold)
{
	double sums[METRIC_BINS][2] = { { 0 } };

	for (size_t i = 0; i < n; i++) {
		int b = bin_of(p[i]);
		bool yes = p[i] >= threshold;

		out->positives += y[i] == 1;
		out->tp += yes && y[i] == 1;
		out->fp += yes && y[i] != 1;
		out->fn += !yes && y[i] == 1;
		out->tn += !yes && y[i] == 0;
		out->bin[b].n++;
		sums[b][0] += p[i];
		sums[b][1] += y[i] == 1;
	}
	for (int b = 0; b < METRIC_BINS; b++)
		if (out->bin[b].n) {
			out->bin[b].score = sums[b][0] / (double)out->bin[b].n;
			out->bin[b].share = sums[b][1] / (double)out->bin[b].n;
		}
}

static double
ece_value(const struct metrics *m)
{
	double sum = 0;

	for (int b = 0; b < METRIC_BINS; b++)
		sum += (double)m->bin[b].n * fabs(m->bin[b].score -
		    m->bin[b].share);
	return sum / (double)m->rows;
}

/* Mean loss and squared error, of scores that are probabilities. */
static void
add_losses(struct metrics *out, const double *p, const uint8_t *y, size_t n)
{
	double *loss = xalloc(n, sizeof(*loss));

	for (size_t i = 0; i < n; i++)
		loss[i] = y[i] > 1 ? metric_log_loss(0, 1) :
		    metric_log_loss(p[i], y[i]);
	metric_add_mean(out, "logloss", loss, n);
	for (size_t i = 0; i < n; i++)
		loss[i] = (p[i] - (y[i] == 1)) * (p[i] - (y[i] == 1));
	metric_bound(metric_add_mean(out, "brier", loss, n), (double)n);
	free(loss);
}

/* DeLong's interval, or where the rows leave it no width, or one class is
 * known by one row alone, Newcombe's. */
static void
add_auc(struct metrics *out, const struct score_order *o, double auc)
{
	size_t P = out->positives, N = out->rows - P;
	double half = Z95 * sqrt(delong_variance(o, P, auc));
	struct interval w = { auc - half < 0 ? 0 : auc - half,
	    auc + half > 1 ? 1 : auc + half };
	bool told = half > 0 && P > 1 && N > 1;

	if (!told)
		w = interval_newcombe(auc, (double)P, (double)N);
	metric_add(out, "auc", auc, w.low, w.high, told ? "delong" :
	    "newcombe");
}

int
metrics_binary(struct metrics *out, const double *p, const uint8_t *y,
    size_t n, double threshold, uint64_t seed, int threads, struct err *e)
{
	struct binary_draws *d;
	struct score_order o;
	struct roc_walk w;
	uint8_t *is;
	double fewer;

	memset(out, 0, sizeof(*out));
	out->rows = n;
	if (metric_check_rows(n, e) < 0 || metric_check_scores(p, n, e) < 0)
		return -1;
	count_binary(out, p, y, n, threshold);
	out->one_class = out->positives == 0 || out->positives == n;
	is = xalloc(n, 1);
	for (size_t i = 0; i < n; i++)
		is[i] = y[i] == 1;
	score_order_init(&o, p, 1, is, n);
	free(is);
	/* sums of leaves may be a little beyond 1 */
	out->no_probability = o.p[0] > 1 + 1e-6 || o.p[n - 1] < -1e-6;
	w = walk_ranks(&o, NULL, false, (double)out->positives);
	if (!out->one_class) {
		roc_curve(out, &o, out->positives);
		add_auc(out, &o, w.auc);
	}
	if (!out->no_probability)
		add_losses(out, p, y, n);
	metric_add_share(out, "accuracy", out->tp + out->tn, n);
	metric_add_share(out, "precision", out->tp, out->tp + out->fp);
	metric_add_share(out, "recall", out->tp, out->tp + out->fn);
	d = binary_draws(&o, threshold, seed, threads);
	metric_add_draws(out, "f1", metric_f1((double)out->tp, (double)out->fp,
	    (double)out->fn), d->f1, (double)(out->tp + out->fp + out->fn));
	fewer = (double)(out->positives < n - out->positives ? out->positives :
	    n - out->positives);
	metric_add_distance(out, "ks", w.ks, d->ks, fewer);
	metric_add_draws(out, "average_precision", w.ap, d->ap, fewer);
	if (!out->no_probability)
		metric_add_distance(out, "ece", ece_value(out), d->ece,
		    (double)n);
	free(d);
	score_order_release(&o);
	return 0;
}
