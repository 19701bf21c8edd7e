#include "math/metric.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "math/elem.h"

#define Z95 1.959963984540054
#define CLIP 2.220446049250313e-16	/* as scikit-learn clips log_loss */

/* --- small parts ---------------------------------------------------------- */

static struct metric *
add(struct metrics *out, const char *name, double value, double low,
    double high, const char *how)
{
	struct metric *m = &out->m[out->n++];

	*m = (struct metric){ name, value, low, high, how };
	return m;
}

static void
add_share(struct metrics *out, const char *name, size_t k, size_t n)
{
	double p = n ? (double)k / (double)n : 0, z2 = Z95 * Z95;
	double d = 1 + z2 / (double)n, mid = (p + z2 / (2 * (double)n)) / d;
	double half = Z95 / d * sqrt(p * (1 - p) / (double)n +
	    z2 / (4 * (double)n * (double)n));

	if (n == 0)
		mid = half = 0.5;
	add(out, name, p, mid - half < 0 ? 0 : mid - half, mid + half > 1 ? 1 :
	    mid + half, "wilson");
}

/* Mean of v with its normal interval. */
static void
add_mean(struct metrics *out, const char *name, const double *v, size_t n)
{
	double sum = 0, square = 0, mean, half;

	for (size_t i = 0; i < n; i++)
		sum += v[i];
	mean = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		square += (v[i] - mean) * (v[i] - mean);
	half = n > 1 ? Z95 * sqrt(square / (double)(n - 1) / (double)n) : 0;
	add(out, name, mean, mean - half, mean + half, "normal");
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Percentile interval from the draws, which are sorted here. */
static void
add_draws(struct metrics *out, const char *name, double value, double *draw,
    size_t n)
{
	qsort(draw, n, sizeof(*draw), rising);
	add(out, name, value, draw[(size_t)(0.025 * (double)(n - 1))],
	    draw[(size_t)(0.975 * (double)(n - 1) + 0.5)], "bootstrap");
}

struct ranked {
	double p;
	uint32_t row;
};

static int
falling(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->p != y->p)
		return x->p > y->p ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

/* Rows by falling score. */
static struct ranked *
ranked_rows(const double *p, size_t stride, size_t n)
{
	struct ranked *r = xalloc(n + 1, sizeof(*r));

	for (size_t i = 0; i < n; i++)
		r[i] = (struct ranked){ p[i * stride], (uint32_t)i };
	qsort(r, n, sizeof(*r), falling);
	return r;
}

/* AUC and KS in one walk over rows by falling score, each row counted
 * count[row] times (NULL: once); positive[row] tells the class. */
struct walk {
	double auc, ks, ap;
};

static struct walk
walk_ranked(const struct ranked *r, const uint8_t *positive,
    const uint32_t *count, size_t n)
{
	double P = 0, N = 0, tp = 0, fp = 0, area = 0, ap = 0, ks = 0;
	struct walk w = { NAN, NAN, NAN };

	for (size_t i = 0; i < n; i++) {
		double c = count ? count[r[i].row] : 1;

		if (positive[r[i].row])
			P += c;
		else
			N += c;
	}
	if (P == 0 || N == 0)
		return w;
	for (size_t i = 0; i < n;) {
		double dp = 0, dn = 0, gap;
		size_t j = i;

		for (; j < n && r[j].p == r[i].p; j++) {
			double c = count ? count[r[j].row] : 1;

			if (positive[r[j].row])
				dp += c;
			else
				dn += c;
		}
		area += dn * (tp + dp / 2);
		tp += dp;
		fp += dn;
		if (dp > 0)
			ap += dp / P * (tp / (tp + fp));
		gap = tp / P - fp / N;
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
	struct ranked *r = ranked_rows(p, 1, n);
	double auc = walk_ranked(r, y, NULL, n).auc;

	free(r);
	return auc;
}

/* DeLong's variance from the placements of each positive among negatives
 * and the other way round: all three from mid-ranks. */
static double
delong_variance(const struct ranked *r, const uint8_t *y, size_t n, size_t P,
    double auc)
{
	double N = (double)(n - P), sp = 0, sn = 0, tp = 0, fp = 0;

	for (size_t i = 0; i < n;) {
		double dp = 0, dn = 0, vp, vn;
		size_t j = i;

		for (; j < n && r[j].p == r[i].p; j++) {
			dp += y[r[j].row];
			dn += !y[r[j].row];
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

static void
roc_curve(struct metrics *out, const struct ranked *r, const uint8_t *y,
    size_t n, size_t P)
{
	double tp = 0, fp = 0, N = (double)(n - P), next = 0;

	out->n_curve = 0;
	for (size_t i = 0; i <= n; i++) {
		bool edge = i == 0 || i == n || r[i].p != r[i - 1].p;

		if (edge && (i == 0 || i == n || fp / N >= next) &&
		    out->n_curve < METRIC_CURVE) {
			out->fpr[out->n_curve] = fp / N;
			out->tpr[out->n_curve++] = tp / (double)P;
			next = fp / N + 0.0101;
		}
		if (i == n)
			break;
		tp += y[r[i].row];
		fp += !y[r[i].row];
	}
}

/* --- binary --------------------------------------------------------------- */

static double
log_loss(double p, int y)
{
	p = p < CLIP ? CLIP : p > 1 - CLIP ? 1 - CLIP : p;
	return -m_log(y ? p : 1 - p);
}

static double
f1_of(double tp, double fp, double fn)
{
	return tp > 0 ? 2 * tp / (2 * tp + fp + fn) : 0;
}

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
	int b = (int)(p * METRIC_BINS);

	return b < 0 ? 0 : b >= METRIC_BINS ? METRIC_BINS - 1 : b;
}

struct draws {
	double f1[METRIC_DRAWS], ks[METRIC_DRAWS], ece[METRIC_DRAWS],
	    ap[METRIC_DRAWS];
};

/* Resample rows with replacement; everything from one set of counts. */
static void
draw_binary(struct draws *d, const struct ranked *r, const double *p,
    const uint8_t *y, size_t n, double threshold, uint64_t seed)
{
	uint32_t *count = xalloc(n + 1, sizeof(*count));

	for (int b = 0; b < METRIC_DRAWS; b++) {
		double tp = 0, fp = 0, fn = 0, bn[METRIC_BINS] = { 0 };
		double bs[METRIC_BINS] = { 0 }, by[METRIC_BINS] = { 0 };
		struct walk w;
		struct rng g;

		memset(count, 0, n * sizeof(*count));
		rng_seed(&g, seed, (uint64_t)b);
		for (size_t i = 0; i < n; i++)
			count[rng_below(&g, n)]++;
		for (size_t i = 0; i < n; i++) {
			double c = count[i];
			int k = bin_of(p[i]);

			if (count[i] == 0)
				continue;
			tp += p[i] >= threshold && y[i] ? c : 0;
			fp += p[i] >= threshold && !y[i] ? c : 0;
			fn += p[i] < threshold && y[i] ? c : 0;
			bn[k] += c;
			bs[k] += c * p[i];
			by[k] += c * y[i];
		}
		w = walk_ranked(r, y, count, n);
		d->f1[b] = f1_of(tp, fp, fn);
		d->ks[b] = isnan(w.ks) ? 0 : w.ks;
		d->ap[b] = isnan(w.ap) ? 0 : w.ap;
		d->ece[b] = ece_of(bn, bs, by, (double)n);
	}
	free(count);
}

static int
check_scores(const double *p, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(p[i]))
			return err_set(e, ERR_FORMAT,
			    "row %zu has no finite score", i + 1);
	return 0;
}

static void
count_binary(struct metrics *out, const double *p, const uint8_t *y, size_t n,
    double threshold)
{
	double sums[METRIC_BINS][2] = { { 0 } };

	for (size_t i = 0; i < n; i++) {
		int b = bin_of(p[i]);
		bool yes = p[i] >= threshold;

		out->positives += y[i];
		out->tp += yes && y[i];
		out->fp += yes && !y[i];
		out->fn += !yes && y[i];
		out->tn += !yes && !y[i];
		out->bin[b].n++;
		sums[b][0] += p[i];
		sums[b][1] += y[i];
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

int
metrics_binary(struct metrics *out, const double *p, const uint8_t *y,
    size_t n, double threshold, uint64_t seed, struct err *e)
{
	struct draws *d;
	struct ranked *r;
	struct walk w;
	double *loss, half;

	memset(out, 0, sizeof(*out));
	out->rows = n;
	if (check_scores(p, n, e) < 0)
		return -1;
	count_binary(out, p, y, n, threshold);
	if (out->positives == 0 || out->positives == n)
		return err_set(e, ERR_FORMAT, "only one class is there: nothing "
		    "can be told apart");
	r = ranked_rows(p, 1, n);
	w = walk_ranked(r, y, NULL, n);
	half = Z95 * sqrt(delong_variance(r, y, n, out->positives, w.auc));
	roc_curve(out, r, y, n, out->positives);
	d = xalloc(1, sizeof(*d));
	draw_binary(d, r, p, y, n, threshold, seed);
	loss = xalloc(n, sizeof(*loss));
	add(out, "auc", w.auc, w.auc - half < 0 ? 0 : w.auc - half,
	    w.auc + half > 1 ? 1 : w.auc + half, "delong");
	for (size_t i = 0; i < n; i++)
		loss[i] = log_loss(p[i], y[i]);
	add_mean(out, "logloss", loss, n);
	for (size_t i = 0; i < n; i++)
		loss[i] = (p[i] - y[i]) * (p[i] - y[i]);
	add_mean(out, "brier", loss, n);
	add_share(out, "accuracy", out->tp + out->tn, n);
	add_share(out, "precision", out->tp, out->tp + out->fp);
	add_share(out, "recall", out->tp, out->tp + out->fn);
	add_draws(out, "f1", f1_of((double)out->tp, (double)out->fp,
	    (double)out->fn), d->f1, METRIC_DRAWS);
	add_draws(out, "ks", w.ks, d->ks, METRIC_DRAWS);
	add_draws(out, "average_precision", w.ap, d->ap, METRIC_DRAWS);
	add_draws(out, "ece", ece_value(out), d->ece, METRIC_DRAWS);
	free(loss);
	free(d);
	free(r);
	return 0;
}

/* --- several classes ------------------------------------------------------ */

static void
f1_scores(double *macro, double *weighted, const double *cell, size_t k,
    double n)
{
	*macro = *weighted = 0;
	for (size_t c = 0; c < k; c++) {
		double tp = cell[c * k + c], row = 0, column = 0, f;

		for (size_t j = 0; j < k; j++) {
			row += cell[c * k + j];
			column += cell[j * k + c];
		}
		f = f1_of(tp, column - tp, row - tp);
		*macro += f / (double)k;
		*weighted += f * row / n;
	}
}

static double
auc_ovr(struct ranked *const *r, const uint8_t *is, const uint32_t *count,
    size_t n, size_t k)
{
	double sum = 0;

	for (size_t c = 0; c < k; c++)
		sum += walk_ranked(r[c], is + c * n, count, n).auc;
	return sum / (double)k;
}

static void
draw_multiclass(struct metrics *out, struct ranked *const *r,
    const uint8_t *is, const uint32_t *said, const uint32_t *y, size_t n,
    size_t k, uint64_t seed)
{
	double macro[METRIC_DRAWS], weighted[METRIC_DRAWS], auc[METRIC_DRAWS];
	double value[2], *cell = xalloc(k * k, sizeof(*cell));
	uint32_t *count = xalloc(n + 1, sizeof(*count));

	for (int b = 0; b < METRIC_DRAWS; b++) {
		struct rng g;

		memset(count, 0, n * sizeof(*count));
		memset(cell, 0, k * k * sizeof(*cell));
		rng_seed(&g, seed, (uint64_t)b);
		for (size_t i = 0; i < n; i++)
			count[rng_below(&g, n)]++;
		for (size_t i = 0; i < n; i++)
			cell[y[i] * k + said[i]] += count[i];
		f1_scores(&macro[b], &weighted[b], cell, k, (double)n);
		auc[b] = auc_ovr(r, is, count, n, k);
		if (isnan(auc[b]))
			auc[b] = 0;
	}
	memset(cell, 0, k * k * sizeof(*cell));
	for (size_t i = 0; i < n; i++)
		cell[y[i] * k + said[i]]++;
	f1_scores(&value[0], &value[1], cell, k, (double)n);
	add_draws(out, "f1_macro", value[0], macro, METRIC_DRAWS);
	add_draws(out, "f1_weighted", value[1], weighted, METRIC_DRAWS);
	add_draws(out, "auc_ovr", auc_ovr(r, is, NULL, n, k), auc,
	    METRIC_DRAWS);
	free(cell);
	free(count);
}

int
metrics_multiclass(struct metrics *out, const double *p, const uint32_t *y,
    size_t n, size_t k, uint64_t seed, struct err *e)
{
	struct ranked **r;
	uint8_t *is;
	uint32_t *said;
	double *loss;
	size_t right = 0;

	memset(out, 0, sizeof(*out));
	out->rows = n;
	if (n == 0)
		return err_set(e, ERR_FORMAT, "there are no rows");
	if (check_scores(p, n * k, e) < 0)
		return -1;
	r = xalloc(k, sizeof(*r));
	is = xalloc(n * k, 1);
	said = xalloc(n, sizeof(*said));
	loss = xalloc(n, sizeof(*loss));
	for (size_t i = 0; i < n; i++) {
		const double *v = p + i * k;

		for (size_t c = 1; c < k; c++)
			if (v[c] > v[said[i]])
				said[i] = (uint32_t)c;
		right += said[i] == y[i];
		loss[i] = log_loss(v[y[i]], 1);
		is[y[i] * n + i] = 1;
	}
	for (size_t c = 0; c < k; c++)
		r[c] = ranked_rows(p + c, k, n);
	add_share(out, "accuracy", right, n);
	add_mean(out, "logloss", loss, n);
	draw_multiclass(out, r, is, said, y, n, k, seed);
	for (size_t c = 0; c < k; c++)
		free(r[c]);
	free(r);
	free(is);
	free(said);
	free(loss);
	return 0;
}

/* --- regression ----------------------------------------------------------- */

static double
r2_of(double n, double sy, double syy, double see)
{
	double total = syy - sy * sy / n;

	return total > 0 ? 1 - see / total : 0;
}

int
metrics_regression(struct metrics *out, const double *p, const double *y,
    size_t n, uint64_t seed, struct err *e)
{
	double draw[METRIC_DRAWS], *v, centre = 0, sy = 0, syy = 0, see = 0;
	struct metric *m;

	memset(out, 0, sizeof(*out));
	out->rows = n;
	if (n == 0)
		return err_set(e, ERR_FORMAT, "there are no rows");
	if (check_scores(p, n, e) < 0)
		return -1;
	v = xalloc(n, sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		v[i] = (p[i] - y[i]) * (p[i] - y[i]);
		centre += y[i];
	}
	centre /= (double)n;
	for (size_t i = 0; i < n; i++) {
		see += v[i];
		sy += y[i] - centre;
		syy += (y[i] - centre) * (y[i] - centre);
	}
	add_mean(out, "rmse", v, n);
	m = &out->m[0];
	m->value = sqrt(m->value);
	m->low = m->low > 0 ? sqrt(m->low) : 0;
	m->high = sqrt(m->high);
	for (int b = 0; b < METRIC_DRAWS; b++) {
		double a = 0, aa = 0, ee = 0;
		struct rng g;

		rng_seed(&g, seed, (uint64_t)b);
		for (size_t i = 0; i < n; i++) {
			size_t k = rng_below(&g, n);

			a += y[k] - centre;
			aa += (y[k] - centre) * (y[k] - centre);
			ee += v[k];
		}
		draw[b] = r2_of((double)n, a, aa, ee);
	}
	for (size_t i = 0; i < n; i++)
		v[i] = fabs(p[i] - y[i]);
	add_mean(out, "mae", v, n);
	add_draws(out, "r2", r2_of((double)n, sy, syy, see), draw,
	    METRIC_DRAWS);
	qsort(v, n, sizeof(*v), rising);
	{	/* distribution-free interval of the median */
		double half = Z95 * sqrt((double)n) / 2, mid = (double)n / 2;
		size_t low = mid > half ? (size_t)(mid - half) : 0;
		size_t high = mid + half < (double)n - 1 ?
		    (size_t)(mid + half + 1) : n - 1;

		add(out, "median_ae", n % 2 ? v[n / 2] : (v[n / 2 - 1] +
		    v[n / 2]) / 2, v[low], v[high < n ? high : n - 1],
		    "normal");
	}
	free(v);
	return 0;
}

const struct metric *
metrics_find(const struct metrics *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->m[i].name, name) == 0)
			return &m->m[i];
	return NULL;
}
