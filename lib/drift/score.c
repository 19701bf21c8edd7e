/* A window's counts beside the reference's: distances, and chance. */
#include "drift/binned.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/elem.h"
#include "stat/special.h"

static double
sum_of(const uint64_t *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)v[i];
	return sum;
}

/* ---- distances ---- */

static double
jensen_shannon(const uint64_t *ref, const uint64_t *cur, size_t n)
{
	double m = sum_of(ref, n), k = sum_of(cur, n), js = 0;

	if (m == 0 || k == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		double p = (double)ref[i] / m, q = (double)cur[i] / k;
		double half = (p + q) / 2;

		js += (p > 0 ? p * m_log(p / half) : 0) + (q > 0 ? q *
		    m_log(q / half) : 0);
	}
	return js > 0 ? sqrt(js / 2) : 0;
}

static double
wasserstein(const struct binned_column *c, const uint64_t *ref,
    const uint64_t *cur)
{
	double m = sum_of(ref + 1, c->bins - 1);
	double k = sum_of(cur + 1, c->bins - 1), ahead = 0, sum = 0;

	if (m == 0 || k == 0)
		return 0;
	for (size_t i = 1; i + 1 < c->bins; i++) {
		ahead += (double)ref[i] / m - (double)cur[i] / k;
		sum += fabs(ahead) * c->gap[i - 1];
	}
	return sum;
}

static double
missing_moved(const struct binned_column *c, const uint64_t *ref,
    const uint64_t *cur)
{
	double m = sum_of(ref, c->bins), k = sum_of(cur, c->bins);

	return m == 0 || k == 0 ? 0 : fabs((double)ref[0] / m -
	    (double)cur[0] / k);
}

double
binned_distance(const struct binned_column *c, const uint64_t *ref,
    const uint64_t *cur)
{
	double w, gone;

	if (c->kind == BINS_CATEGORY)
		return jensen_shannon(ref, cur, c->bins);
	w = wasserstein(c, ref, cur);
	gone = 2 * missing_moved(c, ref, cur);
	return w > gone ? w : gone;
}

/* ---- chance ---- */

#define PI 3.14159265358979323846

/* Of 0 to 1: a quarter of the angle by its series. */
static double
arc_sine(double x)
{
	double sum = 0, term, xx;

	for (int i = 0; i < 2; i++)
		x = x / sqrt(2 * (1 + sqrt(1 - x * x)));
	xx = x * x;
	term = x;
	for (int k = 0; k < 12; k++) {
		sum += term / (2 * k + 1);
		term *= xx * (2 * k + 1) / (2 * k + 2);
	}
	return 4 * sum;
}

/* The product of two normal numbers without their signs, on average. */
static double
mean_product(double var_a, double var_b, double cov)
{
	double s = sqrt(var_a * var_b), r = s > 0 ? cov / s : 0;

	r = r > 1 ? 1 : r;
	return s * 2 / PI * (sqrt(1 - r * r) + r * arc_sine(r));
}

/*
 * By chance the share below a cut is off by a normal number of variance
 * F (1 - F) (1/n + 1/m), and two of them hang together by F (1 - G), F <= G.
 * Far out a distance is that of the means, whose variance is a sum of these;
 * what its square is more than that on average, it is about everywhere.
 */
void
binned_fit(struct binned_column *c)
{
	double n = sum_of(c->count + 1, c->bins - 1), f[BINS_EDGES + 2];
	double below = 0, means = 0, square = 0;

	c->chance = (struct law){ 0, 1, 0 };
	if (c->kind == BINS_CATEGORY || n == 0)
		return;
	for (size_t i = 0; i + 2 < c->bins; i++) {
		below += (double)c->count[i + 1];
		f[i] = below / n;
		for (size_t k = 0; k <= i; k++) {
			double by = (k < i ? 2 : 1) * c->gap[i] * c->gap[k];
			double cov = f[k] * (1 - f[i]);

			means += by * cov;
			square += by * (k < i ? mean_product(f[i] *
			    (1 - f[i]), f[k] * (1 - f[k]), cov) : cov);
		}
	}
	c->chance.scale = means;
	c->chance.shift = square > means ? square - means : 0;
}

static double
chance_of_categories(const struct binned_column *c, const uint64_t *count,
    double m, double n)
{
	double chi = 0;
	size_t used = 0;

	for (size_t i = 0; i < c->bins; i++) {
		double a = (double)c->count[i], b = (double)count[i];
		double ea = (a + b) * m / (n + m), eb = (a + b) * n / (n + m);

		if (a + b == 0)
			continue;
		used++;
		chi += (a - ea) * (a - ea) / ea + (b - eb) * (b - eb) / eb;
	}
	return used > 1 ? chi2_sf(chi, (double)used - 1) : 1;
}

/* Of values moved, and of values missing: twice the smaller one. */
static double
chance_of_numbers(const struct binned_column *c, const uint64_t *count,
    double m, double n)
{
	double known = n - (double)count[0], p = 1, z, gone, all;
	double known_ref = m - (double)c->count[0];

	if (known > 0 && known_ref > 0)
		p = law_sf(&c->chance, wasserstein(c, c->count, count) /
		    sqrt(1 / known + 1 / known_ref));
	if (count[0] + c->count[0] == 0)
		return p;
	all = (double)(count[0] + c->count[0]) / (m + n);
	z = missing_moved(c, c->count, count);
	gone = all < 1 ? chi2_sf(z * z / (all * (1 - all) * (1 / m + 1 / n)),
	    1) : 1;
	p = 2 * (gone < p ? gone : p);
	return p < 1 ? p : 1;
}

void
binned_score(struct binned_score *out, const struct binned_column *c,
    const uint64_t *count)
{
	double n = sum_of(count, c->bins), m = sum_of(c->count, c->bins);

	*out = (struct binned_score){ NAN, NAN, (uint64_t)n, count[0] };
	if (n == 0 || m == 0)
		return;
	out->score = binned_distance(c, c->count, count);
	out->p = c->kind == BINS_CATEGORY ? chance_of_categories(c, count, m,
	    n) : chance_of_numbers(c, count, m, n);
}

/* ---- many columns ---- */

struct ranked_p {
	double p;
	size_t at;
};

static int
by_p(const void *a, const void *b)
{
	const struct ranked_p *x = a, *y = b;

	if (x->p != y->p)
		return x->p > y->p ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

void
binned_adjust(double *q, const double *p, size_t n)
{
	struct ranked_p *r = xalloc(n + 1, sizeof(*r));
	double least = 1;
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		q[i] = NAN;
		if (!isnan(p[i]))
			r[m++] = (struct ranked_p){ p[i], i };
	}
	qsort(r, m, sizeof(*r), by_p);
	for (size_t i = m; i-- > 0;) {
		double v = r[i].p * (double)m / (double)(i + 1);

		least = v < least ? v : least;
		q[r[i].at] = least;
	}
	free(r);
}
