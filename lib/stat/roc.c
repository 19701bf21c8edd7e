/*
 * Scores in by_falling_score order and what one walk down them gives.
 */
#include "stat/roc.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

struct ranked {
	double p;
	uint32_t row;
};

static int
by_falling_score(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->p != y->p)
		return x->p > y->p ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

void
score_order_init(struct score_order *o, const double *p, size_t stride,
    const uint8_t *is, size_t n)
{
	struct ranked *r = xalloc(n + 1, sizeof(*r));

	o->n = n;
	o->p = xalloc(n + 1, sizeof(*o->p));
	o->is = xalloc(n + 1, sizeof(*o->is));
	o->row = xalloc(n + 1, sizeof(*o->row));
	for (size_t i = 0; i < n; i++)
		r[i] = (struct ranked){ p[i * stride], (uint32_t)i };
	qsort(r, n, sizeof(*r), by_falling_score);
	for (size_t i = 0; i < n; i++) {
		o->p[i] = r[i].p;
		o->is[i] = is[r[i].row];
		o->row[i] = r[i].row;
	}
	free(r);
}

void
score_order_release(struct score_order *o)
{
	free(o->p);
	free(o->is);
	free(o->row);
}

/* AUC, KS and average precision in one walk, each row counted count[i]
 * times (NULL: once), i its rank, or its place before where `by_row`; P of
 * all n counts are of the class.  NAN where one class is missing. */
struct roc_walk
walk_ranks(const struct score_order *o, const uint32_t *count, bool by_row,
    double P)
{
	double N = (double)o->n - P, tp = 0, fp = 0, area = 0, ap = 0, ks = 0;
	const uint32_t *row = by_row ? o->row : NULL;
	struct roc_walk w = { NAN, NAN, NAN };

	if (P == 0 || N == 0)
		return w;
	for (size_t i = 0; i < o->n;) {
		double dp = 0, dn = 0, gap;
		size_t j = i;

		for (; j < o->n && o->p[j] == o->p[i]; j++) {
			double c = count ? count[row ? row[j] : j] : 1;

			dp += o->is[j] ? c : 0;
			dn += o->is[j] ? 0 : c;
		}
		area += dn * (tp + dp / 2);
		tp += dp;
		fp += dn;
		if (dp > 0)
			ap += dp / P * (tp / (tp + fp));
		gap = fabs(tp / P - fp / N);
		ks = gap > ks ? gap : ks;
		i = j;
	}
	w.auc = area / (P * N);
	w.ks = ks;
	w.ap = ap;
	return w;
}

double
metric_auc(const double *p, const uint8_t *y, size_t n)
{
	struct score_order o;
	double auc;
	size_t P = 0;

	for (size_t i = 0; i < n; i++) {
		if (isnan(p[i]))
			return NAN;
		P += y[i];
	}
	score_order_init(&o, p, 1, y, n);
	auc = walk_ranks(&o, NULL, false, (double)P).auc;
	score_order_release(&o);
	return auc;
}

/* DeLong's variance from the placements of each positive among negatives
 * and the other way round: all three from mid-ranks. */
double
delong_variance(const struct score_order *o, size_t P, double auc)
{
	double N = (double)(o->n - P), sp = 0, sn = 0, tp = 0, fp = 0;

	for (size_t i = 0; i < o->n;) {
		double dp = 0, dn = 0, vp, vn;
		size_t j = i;

		for (; j < o->n && o->p[j] == o->p[i]; j++) {
			dp += o->is[j];
			dn += !o->is[j];
		}
		/* share of negatives below these, of positives above */
		vp = (N - fp - dn + dn / 2) / N - auc;
		vn = (tp + dp / 2) / (double)P - auc;
		sp += dp * vp * vp;
		sn += dn * vn * vn;
		tp += dp;
		fp += dn;
		i = j;
	}
	return (P > 1 ? sp / ((double)P - 1) / (double)P : 0) +
	    (N > 1 ? sn / (N - 1) / N : 0);
}

void
roc_curve(struct metrics *out, const struct score_order *o, size_t P)
{
	size_t n = o->n;
	double tp = 0, fp = 0, N = (double)(n - P), next = 0;

	out->n_curve = 0;
	for (size_t i = 0; i <= n; i++) {
		bool edge = i == 0 || i == n || o->p[i] != o->p[i - 1];

		if (edge && (i == 0 || i == n || fp / N >= next) &&
		    out->n_curve < METRIC_CURVE) {
			out->fpr[out->n_curve] = fp / N;
			out->tpr[out->n_curve++] = tp / (double)P;
			next = fp / N + 0.0101;
		}
		if (i == n)
			break;
		tp += o->is[i];
		fp += !o->is[i];
	}
}
