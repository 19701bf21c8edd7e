/* One walk down the scores. */
#include "stat/ranked.h"

#include <math.h>

#include "stat/interval.h"
#include "stat/metric_internal.h"

void
ranked_mean_add(struct ranked_mean *m, double v)
{
	double d = v - m->mean;

	m->n++;
	m->sum += v;
	m->mean += d / m->n;
	m->m2 += d * (v - m->mean);
}

double
ranked_mean_half(const struct ranked_mean *m)
{
	return m->n > 1 ? Z95 * sqrt(m->m2 / (m->n - 1) / m->n) : NAN;
}

static void
close_tie(struct ranked *r)
{
	double c = r->fp + r->dn / 2, d = r->tp + r->dp / 2;

	r->area += r->dn * d;
	r->c += r->dp * c;
	r->cc += r->dp * c * c;
	r->d += r->dn * d;
	r->dd += r->dn * d * d;
	r->tp += r->dp;
	r->fp += r->dn;
	r->dp = r->dn = 0;
}

void
ranked_add(struct ranked *r, double score, bool yes)
{
	if (!r->any || r->score != score) {
		close_tie(r);
		r->any = true;
		r->score = score;
	}
	r->dp += yes;
	r->dn += !yes;
	if (score > 1 + 1e-6 || score < -1e-6)
		r->no_probability = true;
	if (r->no_probability)
		return;
	ranked_mean_add(&r->loss, metric_log_loss(score, yes));
	ranked_mean_add(&r->brier, (score - yes) * (score - yes));
}

/* Sum of squared distances from their mean, of n places. */
static double
spread(double sum, double squares, double n)
{
	double s = n > 0 ? squares - sum / n * sum : 0;

	return s > 0 ? s : 0;
}

void
ranked_auc(struct ranked_auc *out, struct ranked *r)
{
	double P, N, vp, vn, half;
	struct interval w;

	close_tie(r);
	P = r->tp;
	N = r->fp;
	*out = (struct ranked_auc){ NAN, NAN, NAN, NAN };
	if (P == 0 || N == 0)
		return;
	out->value = r->area / (P * N);
	vp = spread(r->c, r->cc, P) / N / N;
	vn = spread(r->d, r->dd, N) / P / P;
	out->placed = P <= N ? sqrt(vp / P) : sqrt(vn / N);
	half = Z95 * sqrt((P > 1 ? vp / (P - 1) / P : 0) +
	    (N > 1 ? vn / (N - 1) / N : 0));
	out->low = out->value - half < 0 ? 0 : out->value - half;
	out->high = out->value + half > 1 ? 1 : out->value + half;
	if (half > 0 && P > 1 && N > 1)
		return;
	w = interval_newcombe(out->value, P, N);
	out->low = w.low;
	out->high = w.high;
}
