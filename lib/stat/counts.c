/* Tests on counts: of categories, or of numbers in bins. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/elem.h"
#include "stat/special.h"
#include "stat/internal.h"

/* log2, exact for powers of two. */
static double
log2_count(uint64_t n)
{
	int e;
	double f = frexp((double)n, &e);

	return f == 0.5 ? e - 1 : m_log2((double)n);
}

void
ts_sturges(double *edge, size_t *bins, double min, double max, uint64_t n,
    bool integer)
{
	double width = (max - min) / (log2_count(n) + 1), step, b = 1;

	if (integer && width < 1)
		width = width > 0 ? 1 : 0;
	if (width > 0)
		b = ceil((max - min) / width);
	if (min == max) {
		min -= 0.5;
		max += 0.5;
	}
	if (!(b >= 1))
		b = 1;
	*bins = b > TS_BINS_MAX ? TS_BINS_MAX : (size_t)b;
	step = (max - min) / (double)*bins;
	for (size_t i = 0; i < *bins; i++)
		edge[i] = (double)i * step + min;
	edge[*bins] = max;
}

/* Shares of both sides by bin or value; p and q are free(3)d together. */
struct shares {
	double *p, *q;
	size_t k;
};

static void
count_bins(struct shares *h, const struct twosample *s, const double *edge)
{
	size_t b = 0;

	for (size_t i = 0; i < s->k; i++) {
		while (b + 1 < h->k && s->value[i] >= edge[b + 1])
			b++;
		h->p[b] += (double)s->ref[i];
		h->q[b] += (double)s->cur[i];
	}
}

static int
shares_init(struct shares *h, size_t k, struct err *e)
{
	h->k = k;
	h->p = mem_zeroed(2 * k, sizeof(*h->p));
	if (h->p == NULL)
		return err_set(e, ERR_NOMEM, "no memory to count values");
	h->q = h->p + k;
	return 0;
}

/* Counts, by Sturges' bins where numbers have many values. */
static int
counts_of(struct shares *h, const struct twosample *s, struct err *e)
{
	double edge[TS_BINS_MAX + 1];
	size_t bins = s->k, distinct = 0;

	for (size_t i = 0; i < s->k; i++)
		distinct += s->ref[i] > 0;
	if (s->numeric && distinct > 20) {
		ts_sturges(edge, &bins, s->value[0], s->value[s->k - 1],
		    s->n_ref + s->n_cur, s->integer);
		if (shares_init(h, bins, e) != 0)
			return -1;
		count_bins(h, s, edge);
	} else {
		if (shares_init(h, s->k, e) != 0)
			return -1;
		for (size_t i = 0; i < s->k; i++) {
			h->p[i] = (double)s->ref[i];
			h->q[i] = (double)s->cur[i];
		}
	}
	return 0;
}

static int
shares_of(struct shares *h, const struct twosample *s, struct err *e)
{
	if (counts_of(h, s, e) != 0)
		return -1;
	for (size_t i = 0; i < h->k; i++) {
		h->p[i] /= (double)s->n_ref;
		h->q[i] /= (double)s->n_cur;
	}
	return 0;
}

/* Shares of zero become small: Evidently's rule, on each side alone. */
static void
fill_zeros(double *p, size_t k)
{
	double least = INFINITY, fill;

	for (size_t i = 0; i < k; i++)
		if (p[i] > 0 && p[i] < least)
			least = p[i];
	fill = least <= 0.0001 ? least / 1e6 : 0.0001;
	for (size_t i = 0; i < k; i++)
		if (p[i] == 0)
			p[i] = fill;
}

static void
normalise(double *p, size_t k)
{
	double sum = 0;

	for (size_t i = 0; i < k; i++)
		sum += p[i];
	for (size_t i = 0; i < k; i++)
		p[i] /= sum;
}

int
test_psi(double *score, const struct twosample *s, struct err *e)
{
	struct shares h;
	double sum = 0;

	if (shares_of(&h, s, e) != 0)
		return -1;
	fill_zeros(h.p, h.k);
	fill_zeros(h.q, h.k);
	for (size_t i = 0; i < h.k; i++)
		sum += (h.p[i] - h.q[i]) * m_log(h.p[i] / h.q[i]);
	free(h.p);
	*score = sum;
	return 0;
}

int
test_kl(double *score, const struct twosample *s, struct err *e)
{
	struct shares h;
	double sum = 0;

	if (shares_of(&h, s, e) != 0)
		return -1;
	fill_zeros(h.p, h.k);
	fill_zeros(h.q, h.k);
	normalise(h.p, h.k);
	normalise(h.q, h.k);
	for (size_t i = 0; i < h.k; i++)
		sum += h.p[i] * m_log(h.p[i] / h.q[i]);
	free(h.p);
	*score = sum;
	return 0;
}

int
test_jensenshannon(double *score, const struct twosample *s, struct err *e)
{
	struct shares h;
	double left = 0, right = 0;

	if (shares_of(&h, s, e) != 0)
		return -1;
	normalise(h.p, h.k);
	normalise(h.q, h.k);
	for (size_t i = 0; i < h.k; i++) {
		double m = (h.p[i] + h.q[i]) / 2;

		if (h.p[i] > 0)
			left += h.p[i] * m_log(h.p[i] / m);
		if (h.q[i] > 0)
			right += h.q[i] * m_log(h.q[i] / m);
	}
	free(h.p);
	*score = left + right > 0 ? sqrt((left + right) / 2) : 0;
	return 0;
}

static double
hellinger_of(double overlap)
{
	return sqrt(1 - (overlap > 1 ? 1 : overlap));
}

int
test_hellinger(double *score, const struct twosample *s, struct err *e)
{
	double edge[TS_BINS_MAX + 1], sum = 0, width;
	double nr = (double)s->n_ref, nc = (double)s->n_cur;
	struct shares h;
	size_t bins;

	if (!s->numeric) {
		for (size_t i = 0; i < s->k; i++)
			sum += sqrt((double)s->ref[i] / nr *
			    ((double)s->cur[i] / nc));
		*score = hellinger_of(sum);
		return 0;
	}
	ts_sturges(edge, &bins, s->value[0], s->value[s->k - 1], s->k,
	    s->integer);
	if (shares_init(&h, bins, e) != 0)
		return -1;
	count_bins(&h, s, edge);
	width = (edge[bins] - edge[0]) / (double)bins;
	for (size_t i = 0; i < bins; i++) {
		double w = edge[i + 1] - edge[i];

		sum += sqrt(h.p[i] / w / nr * (h.q[i] / w / nc)) * width;
	}
	free(h.p);
	*score = hellinger_of(sum);
	return 0;
}

int
test_chisquare(double *score, const struct twosample *s, struct err *e)
{
	double ratio = (double)s->n_cur / (double)s->n_ref, sum = 0;

	(void)e;
	for (size_t i = 0; i < s->k; i++) {
		double want = (double)s->ref[i] * ratio;
		double d = (double)s->cur[i] - want;

		sum += d * d / want;	/* a new category: infinite */
	}
	*score = s->k < 2 ? 1 : chi2_sf(sum, (double)s->k - 1);
	return 0;
}

int
test_g(double *score, const struct twosample *s, struct err *e)
{
	double sum = 0;

	if (s->n_ref != s->n_cur)
		return err_set(e, ERR_UNSUPPORTED, "'g_test' needs as many "
		    "values in the current data as in the reference");
	for (size_t i = 0; i < s->k; i++)
		if (s->cur[i] > 0)
			sum += (double)s->cur[i] * m_log((double)s->cur[i] /
			    (double)s->ref[i]);
	*score = s->k < 2 ? 1 : chi2_sf(2 * sum, (double)s->k - 1);
	return 0;
}

/* Shares of everything but the first value; their difference, pooled. */
int
test_z(double *score, const struct twosample *s, struct err *e)
{
	double nr = (double)s->n_ref, nc = (double)s->n_cur, p, q, pool, z;

	(void)e;
	if (s->k < 2) {
		*score = 1;
		return 0;
	}
	p = (nr - (double)s->ref[0]) / nr;
	q = (nc - (double)s->cur[0]) / nc;
	pool = (p * nr + q * nc) / (nr + nc);
	z = (p - q) / sqrt(pool * (1 - pool) * (1 / nr + 1 / nc));
	*score = 2 * normal_sf(fabs(z));
	return 0;
}

/* t of the values times a power of two, which changes no digit of it. */
static double
student_t(const struct twosample *s, double scale, double *sum)
{
	double nr = (double)s->n_ref, nc = (double)s->n_cur, mr = 0, mc = 0;

	*sum = 0;
	for (size_t i = 0; i < s->k; i++) {
		mr += s->value[i] * scale * (double)s->ref[i];
		mc += s->value[i] * scale * (double)s->cur[i];
	}
	mr /= nr;
	mc /= nc;
	for (size_t i = 0; i < s->k; i++) {
		double x = s->value[i] * scale, a = x - mr, b = x - mc;

		*sum += a * a * (double)s->ref[i] + b * b * (double)s->cur[i];
	}
	return *sum == 0 ? mr - mc : (mr - mc) / sqrt(*sum / (nr + nc - 2) *
	    (1 / nr + 1 / nc));
}

int
test_t(double *score, const struct twosample *s, struct err *e)
{
	double df = (double)s->n_ref + (double)s->n_cur - 2, sum, t;

	if (df < 1)
		return err_set(e, ERR_UNSUPPORTED, "'t_test' needs three "
		    "values");
	t = student_t(s, 1, &sum);
	if (!isfinite(sum))
		t = student_t(s, 0x1p-600, &sum);
	*score = sum == 0 ? t == 0 : t_two_sided(t, df);
	return 0;
}

/* Two-sided: all tables with these margins that are no likelier. */
int
test_fisher(double *score, const struct twosample *s, struct err *e)
{
	double all, marked, drawn, seen, sum = 0, low, high;

	if (s->n_ref != s->n_cur)
		return err_set(e, ERR_UNSUPPORTED, "'fisher_exact' needs as "
		    "many values in the current data as in the reference");
	if (s->k > 2)
		return err_set(e, ERR_UNSUPPORTED, "'fisher_exact' needs at "
		    "most two distinct values");
	all = (double)(s->n_ref + s->n_cur);
	marked = (double)(s->ref[0] + s->cur[0]);
	drawn = (double)s->n_cur;
	*score = 1;
	if (marked == all)
		return 0;
	seen = hypergeometric_mass((double)s->cur[0], all, marked, drawn);
	low = drawn + marked > all ? drawn + marked - all : 0;
	high = drawn < marked ? drawn : marked;
	for (double i = low; i <= high; i++) {
		double m = hypergeometric_mass(i, all, marked, drawn);

		if (m <= seen * (1 + 1e-11))
			sum += m;
	}
	*score = sum > 1 ? 1 : sum;
	return 0;
}

/*
 * Chi-square of homogeneity: neither side is taken as exact.  A gamma
 * distribution with its mean and variance over all tables with these margins
 * (Haldane 1940, leading terms) stands for its own, so that rare categories
 * and sides of unequal size do not shout.
 */
int
counts_chance(double *p, const struct twosample *s, struct err *e)
{
	double n = (double)s->n_ref + (double)s->n_cur, x = 0, inverse = 0;
	double ref = (double)s->n_ref / n, cur = (double)s->n_cur / n;
	double both = ref * cur, k = 0, mean, var;
	struct shares h;

	if (counts_of(&h, s, e) != 0)
		return -1;
	for (size_t i = 0; i < h.k; i++) {
		double t = h.p[i] + h.q[i], d = h.p[i] - t * ref;

		if (t == 0)
			continue;
		x += d * d / (t * both);
		inverse += 1 / t;
		k++;
	}
	free(h.p);
	*p = 1;
	if (k < 2)
		return 0;
	mean = (k - 1) * n / (n - 1);
	var = 2 * (k - 1) + ((1 - 6 * both) * inverse - k * k *
	    (1 - 4 * both) / n) / both;
	if (var > mean * mean * 1e-5)
		*p = gamma_q(mean * mean / var, x * mean / var);
	else	/* all but normal; values that never repeat say nothing */
		*p = var > mean * 1e-9 ? normal_sf((x - mean) / sqrt(var)) : 1;
	return 0;
}
