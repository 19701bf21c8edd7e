#include "stat/metric.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/rng.h"
#include "math/elem.h"

#define Z95 1.959963984540054
#define CLIP 2.220446049250313e-16	/* as scikit-learn clips log_loss */

/* --- small parts ---------------------------------------------------------- */

static struct metric *
add(struct metrics *out, const char *name, double value, double low,
    double high, const char *how)
{
	struct metric *m = &out->m[out->n];

	/* what has no value is not told */
	out->n += !isnan(value);
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
	/* its ends are exact where all are, or none is */
	add(out, name, p, k == 0 || mid - half < 0 ? 0 : mid - half, k == n ||
	    mid + half > 1 ? 1 : mid + half, "wilson");
}

/* The sum, or of squared distances from `centre`, in blocks. */
static double
sum_of(const double *v, size_t n, const double *centre)
{
	double all = 0;

	for (size_t from = 0; from < n; from += 256) {
		size_t end = from + 256 < n ? from + 256 : n;
		double part = 0;

		for (size_t i = from; i < end; i++)
			part += centre ? (v[i] - *centre) * (v[i] - *centre) :
			    v[i];
		all += part;
	}
	return all;
}

/* Mean of v with its normal interval. */
static void
add_mean(struct metrics *out, const char *name, const double *v, size_t n)
{
	double mean = sum_of(v, n, NULL) / (double)n, half = 0;

	if (n > 1)
		half = Z95 * sqrt(sum_of(v, n, &mean) / (double)(n - 1) /
		    (double)n);
	add(out, name, mean, mean - half, mean + half, "normal");
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Percentile interval from the draws, which are sorted here; those that had
 * no value, for want of a class, do not count.  Of what cannot fall below 0
 * (ks and ece of a good model) all draws may lie above the value itself,
 * which belongs to it all the same. */
static void
add_draws(struct metrics *out, const char *name, double value, double *draw)
{
	double low = NAN, high = NAN;
	size_t n = 0;

	for (size_t i = 0; i < METRIC_DRAWS; i++)
		if (!isnan(draw[i]))
			draw[n++] = draw[i];
	qsort(draw, n, sizeof(*draw), rising);
	if (n) {
		low = draw[(size_t)(0.025 * (double)(n - 1))];
		high = draw[(size_t)(0.975 * (double)(n - 1) + 0.5)];
		low = value < low ? value : low;
		high = value > high ? value : high;
	}
	add(out, name, value, low, high, "bootstrap");
}

/* --- ranks ---------------------------------------------------------------- */

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

/* One score's rows by falling score. */
struct order {
	size_t n;
	double *p;
	uint8_t *is;			/* of the class whose score it is */
	uint32_t *row;			/* their places before */
};

static void
order_make(struct order *o, const double *p, size_t stride, const uint8_t *is,
    size_t n)
{
	struct ranked *r = xalloc(n + 1, sizeof(*r));

	o->n = n;
	o->p = xalloc(n + 1, sizeof(*o->p));
	o->is = xalloc(n + 1, sizeof(*o->is));
	o->row = xalloc(n + 1, sizeof(*o->row));
	for (size_t i = 0; i < n; i++)
		r[i] = (struct ranked){ p[i * stride], (uint32_t)i };
	qsort(r, n, sizeof(*r), falling);
	for (size_t i = 0; i < n; i++) {
		o->p[i] = r[i].p;
		o->is[i] = is[r[i].row];
		o->row[i] = r[i].row;
	}
	free(r);
}

static void
order_free(struct order *o)
{
	free(o->p);
	free(o->is);
	free(o->row);
}

/* AUC, KS and average precision in one walk, each row counted count[i]
 * times (NULL: once), i its rank, or its place before where `by_row`; P of
 * all n counts are of the class.  NAN where one class is missing. */
struct walk {
	double auc, ks, ap;
};

static struct walk
walk_ranks(const struct order *o, const uint32_t *count, bool by_row, double P)
{
	double N = (double)o->n - P, tp = 0, fp = 0, area = 0, ap = 0, ks = 0;
	const uint32_t *row = by_row ? o->row : NULL;
	struct walk w = { NAN, NAN, NAN };

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
	struct order o;
	double auc;
	size_t P = 0;

	for (size_t i = 0; i < n; i++) {
		if (isnan(p[i]))
			return NAN;
		P += y[i];
	}
	order_make(&o, p, 1, y, n);
	auc = walk_ranks(&o, NULL, false, (double)P).auc;
	order_free(&o);
	return auc;
}

/* DeLong's variance from the placements of each positive among negatives
 * and the other way round: all three from mid-ranks. */
static double
delong_variance(const struct order *o, size_t P, double auc)
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

static void
roc_curve(struct metrics *out, const struct order *o, size_t P)
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
	return p >= 1 ? METRIC_BINS - 1 : p > 0 ? (int)(p * METRIC_BINS) : 0;
}

/* Draws share a loop; each has its own stream of numbers. */
static struct pool *
draw_pool(int threads, size_t n)
{
	int most = threads > 0 ? threads : pool_default_threads();

	/* each thread counts every row */
	return pool_new(n < 4096 ? 1 : most < 8 ? most : 8);
}

static uint32_t **
new_counts(const struct pool *pool, size_t n)
{
	int threads = pool_threads(pool);
	uint32_t **c = xalloc((size_t)threads, sizeof(*c));

	for (int t = 0; t < threads; t++)
		c[t] = xalloc(n + 1, sizeof(**c));
	return c;
}

static void
free_counts(uint32_t **c, const struct pool *pool)
{
	for (int t = 0; t < pool_threads(pool); t++)
		free(c[t]);
	free(c);
}

/* How often each of n < 2^32 rows comes when n are drawn with replacement;
 * one random number is good for two of them. */
static void
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

struct binary_draws {
	const struct order *o;
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
	const struct order *o = d->o;
	uint32_t *count = d->count[worker];
	double tp = 0, fp = 0, fn = 0, bn[METRIC_BINS] = { 0 };
	double bs[METRIC_BINS] = { 0 }, by[METRIC_BINS] = { 0 };
	struct walk w;

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
	d->f1[b] = f1_of(tp, fp, fn);
	d->ks[b] = w.ks;
	d->ap[b] = w.ap;
	d->ece[b] = ece_of(bn, bs, by, (double)o->n);
}

static struct binary_draws *
binary_draws(const struct order *o, double threshold, uint64_t seed,
    int threads)
{
	struct pool *pool = draw_pool(threads, o->n);
	struct binary_draws *d = xalloc(1, sizeof(*d));

	d->o = o;
	d->seed = seed;
	d->bin = xalloc(o->n + 1, 1);
	for (size_t i = 0; i < o->n; i++) {
		d->bin[i] = (uint8_t)bin_of(o->p[i]);
		d->above += o->p[i] >= threshold;
	}
	d->count = new_counts(pool, o->n);
	pool_run(pool, METRIC_DRAWS, draw_binary, d);
	free_counts(d->count, pool);
	pool_free(pool);
	free(d->bin);
	return d;
}

static int
check_rows(size_t n, struct err *e)
{
	if (n == 0)
		return err_set(e, ERR_FORMAT, "there are no rows");
	if (n > UINT32_MAX)
		return err_set(e, ERR_TOOBIG, "more than 2^32 rows");
	return 0;
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

/* Mean loss and squared error, of scores that are probabilities. */
static void
add_losses(struct metrics *out, const double *p, const uint8_t *y, size_t n)
{
	double *loss = xalloc(n, sizeof(*loss));

	for (size_t i = 0; i < n; i++)
		loss[i] = log_loss(p[i], y[i]);
	add_mean(out, "logloss", loss, n);
	for (size_t i = 0; i < n; i++)
		loss[i] = (p[i] - y[i]) * (p[i] - y[i]);
	add_mean(out, "brier", loss, n);
	free(loss);
}

int
metrics_binary(struct metrics *out, const double *p, const uint8_t *y,
    size_t n, double threshold, uint64_t seed, int threads, struct err *e)
{
	struct binary_draws *d;
	struct order o;
	struct walk w;
	double half;

	memset(out, 0, sizeof(*out));
	out->rows = n;
	if (check_rows(n, e) < 0 || check_scores(p, n, e) < 0)
		return -1;
	count_binary(out, p, y, n, threshold);
	out->one_class = out->positives == 0 || out->positives == n;
	order_make(&o, p, 1, y, n);
	/* sums of leaves may be a little beyond 1 */
	out->no_probability = o.p[0] > 1 + 1e-6 || o.p[n - 1] < -1e-6;
	w = walk_ranks(&o, NULL, false, (double)out->positives);
	if (!out->one_class) {
		half = Z95 * sqrt(delong_variance(&o, out->positives, w.auc));
		roc_curve(out, &o, out->positives);
		add(out, "auc", w.auc, w.auc - half < 0 ? 0 : w.auc - half,
		    w.auc + half > 1 ? 1 : w.auc + half, "delong");
	}
	if (!out->no_probability)
		add_losses(out, p, y, n);
	add_share(out, "accuracy", out->tp + out->tn, n);
	add_share(out, "precision", out->tp, out->tp + out->fp);
	add_share(out, "recall", out->tp, out->tp + out->fn);
	d = binary_draws(&o, threshold, seed, threads);
	add_draws(out, "f1", f1_of((double)out->tp, (double)out->fp,
	    (double)out->fn), d->f1);
	add_draws(out, "ks", w.ks, d->ks);
	add_draws(out, "average_precision", w.ap, d->ap);
	if (!out->no_probability)
		add_draws(out, "ece", ece_value(out), d->ece);
	free(d);
	order_free(&o);
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

/* What several classes are judged by. */
struct multi {
	const struct order *o;		/* by class */
	const uint32_t *said, *y;	/* by row */
	size_t n, k;
	uint64_t seed;
	uint32_t **count;
	double macro[METRIC_DRAWS], weighted[METRIC_DRAWS], auc[METRIC_DRAWS];
};

/* Truth by answer. */
static double *
cells(const struct multi *m, const uint32_t *count)
{
	double *cell = xalloc(m->k * m->k, sizeof(*cell));

	for (size_t i = 0; i < m->n; i++)
		cell[m->y[i] * m->k + m->said[i]] += count ? count[i] : 1;
	return cell;
}

/* NAN where a class is missing. */
static double
auc_ovr(const struct multi *m, const uint32_t *count, const double *cell)
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
	struct multi *m = ctx;
	uint32_t *count = m->count[worker];
	double *cell;

	draw_counts(count, m->n, m->seed, b);
	cell = cells(m, count);
	f1_scores(&m->macro[b], &m->weighted[b], cell, m->k, (double)m->n);
	m->auc[b] = auc_ovr(m, count, cell);
	free(cell);
}

static void
add_multi(struct metrics *out, struct multi *m, int threads)
{
	struct pool *pool = draw_pool(threads, m->n);
	double macro, weighted, auc, *cell = cells(m, NULL);

	f1_scores(&macro, &weighted, cell, m->k, (double)m->n);
	auc = auc_ovr(m, NULL, cell);
	free(cell);
	out->one_class = isnan(auc);
	m->count = new_counts(pool, m->n);
	pool_run(pool, METRIC_DRAWS, draw_multi, m);
	free_counts(m->count, pool);
	pool_free(pool);
	add_draws(out, "f1_macro", macro, m->macro);
	add_draws(out, "f1_weighted", weighted, m->weighted);
	add_draws(out, "auc_ovr", auc, m->auc);
}

int
metrics_multiclass(struct metrics *out, const double *p, const uint32_t *y,
    size_t n, size_t k, uint64_t seed, int threads, struct err *e)
{
	struct order *o;
	struct multi *m;
	uint8_t *is;
	uint32_t *said;
	double *loss;
	size_t right = 0;

	memset(out, 0, sizeof(*out));
	out->rows = n;
	if (check_rows(n, e) < 0 || check_scores(p, n * k, e) < 0)
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
		loss[i] = log_loss(v[y[i]], 1);
	}
	for (size_t c = 0; c < k; c++) {
		for (size_t i = 0; i < n; i++)
			is[i] = y[i] == c;
		order_make(&o[c], p + c, k, is, n);
		out->no_probability |= o[c].p[0] > 1 + 1e-6 ||
		    o[c].p[n - 1] < -1e-6;
	}
	add_share(out, "accuracy", right, n);
	if (!out->no_probability)
		add_mean(out, "logloss", loss, n);
	*m = (struct multi){ .o = o, .said = said, .y = y, .n = n, .k = k,
	    .seed = seed };
	add_multi(out, m, threads);
	for (size_t c = 0; c < k; c++)
		order_free(&o[c]);
	free(o);
	free(m);
	free(is);
	free(said);
	free(loss);
	return 0;
}

/* --- regression ----------------------------------------------------------- */

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
	struct pool *pool = draw_pool(threads, n);
	struct number_draws *d = xalloc(1, sizeof(*d));
	double *away = xalloc(n, sizeof(*away)), centre, zero = 0;
	bool varies = false;

	for (size_t i = 1; i < n; i++)
		varies |= y[i] != y[0];
	centre = varies ? sum_of(y, n, NULL) / (double)n : y[0];
	for (size_t i = 0; i < n; i++)
		away[i] = y[i] - centre;
	d->square = square;
	d->y = away;
	d->n = n;
	d->seed = seed;
	d->count = new_counts(pool, n);
	pool_run(pool, METRIC_DRAWS, draw_numbers, d);
	free_counts(d->count, pool);
	pool_free(pool);
	/* of one row there is nothing to explain */
	add_draws(out, "r2", n < 2 ? NAN : r2_of((double)n, sum_of(away, n,
	    NULL), sum_of(away, n, &zero), sum_of(square, n, NULL)), d->r2);
	free(away);
	free(d);
}

/* The median of v, which is sorted, and its distribution-free interval. */
static void
add_median(struct metrics *out, const char *name, double *v, size_t n)
{
	double half = Z95 * sqrt((double)n) / 2, mid = (double)n / 2;
	size_t low = mid > half ? (size_t)(mid - half) : 0;
	size_t high = mid + half < (double)n - 1 ? (size_t)(mid + half + 1) :
	    n - 1;

	qsort(v, n, sizeof(*v), rising);
	add(out, name, n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2,
	    v[low], v[high < n ? high : n - 1], "normal");
}

int
metrics_regression(struct metrics *out, const double *p, const double *y,
    size_t n, uint64_t seed, int threads, struct err *e)
{
	double *square, *far;
	struct metric *m;

	memset(out, 0, sizeof(*out));
	out->rows = n;
	if (check_rows(n, e) < 0 || check_scores(p, n, e) < 0)
		return -1;
	square = xalloc(n, sizeof(*square));
	far = xalloc(n, sizeof(*far));
	for (size_t i = 0; i < n; i++) {
		square[i] = (p[i] - y[i]) * (p[i] - y[i]);
		far[i] = fabs(p[i] - y[i]);
	}
	add_mean(out, "rmse", square, n);
	m = &out->m[0];
	m->value = sqrt(m->value);
	m->low = m->low > 0 ? sqrt(m->low) : 0;
	m->high = sqrt(m->high);
	add_mean(out, "mae", far, n);
	add_r2(out, square, y, n, seed, threads);
	add_median(out, "median_ae", far, n);
	free(square);
	free(far);
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
