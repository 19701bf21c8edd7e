/*
 * Kolmogorov's and Smirnov's distributions: exact by lattice paths where
 * that is cheap, by matrices and series elsewhere.
 */
#include "stat/ks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/elem.h"
#include "stat/special.h"

#define PI 3.14159265358979323846
#define HUGE_STEP 0x1p128

static double
clip(double p)
{
	return p < 0 ? 0 : p > 1 ? 1 : p;
}

static uint64_t
common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t r = a % b;

		a = b;
		b = r;
	}
	return a;
}

/* Equal sizes: 2 sum (-1)^(k-1) C(2n, n - kh) / C(2n, n), from the end. */
static double
ks_square(uint64_t n, uint64_t h)
{
	double p = 0;

	for (uint64_t k = n / h + 1; k-- > 0;) {
		double r = 1;

		for (uint64_t j = 0; j < h; j++)
			r *= ((double)n - (double)(k * h) - (double)j) /
			    (double)(n + k * h + j + 1);
		p = r * (1 - p);
	}
	return clip(2 * p);
}

/*
 * out[i][j]: the chance that a path from (0,0) to (i,j), all alike, has
 * been outside the band |i/m - j/n| < h/lcm.  The step before came from
 * (i-1,j) with chance i/(i+j).  Rows keep only the band; outside it is 1.
 */
double
ks_exact(uint64_t m, uint64_t n, uint64_t h)
{
	uint64_t g, mg, ng, low = 0, high;
	double *row, answer;

	if (h == 0)
		return 1;
	if (m < n) {
		uint64_t t = m;

		m = n;
		n = t;
	}
	if (m == n)
		return ks_square(n, h);
	g = common_divisor(m, n);
	mg = m / g;
	ng = n / g;
	row = xalloc(n + 1, sizeof(*row));
	high = (h + mg - 1) / mg;	/* the band is [low, high) */
	if (high > n + 1)
		high = n + 1;
	for (uint64_t j = high; j <= n; j++)
		row[j] = 1;
	for (uint64_t i = 1; i <= m; i++) {
		uint64_t at = ng * i;
		uint64_t first = at >= h ? (at - h) / mg + 1 : 0;
		uint64_t end = (at + h + mg - 1) / mg;
		double left;

		if (end > n + 1)
			end = n + 1;
		for (; low < first && low <= n; low++)
			row[low] = 1;
		left = first == 0 ? 0 : 1;
		for (uint64_t j = first; j < end; j++) {
			left = (row[j] * (double)i + left * (double)j) /
			    (double)(i + j);
			row[j] = left;
		}
	}
	answer = row[n];
	free(row);
	return clip(answer);
}

/* One side, exact (Birnbaum and Tingey): terms are binomial masses. */
static double
one_side(uint64_t n, double x)
{
	double sum = 0, nn = (double)n;
	uint64_t last = (uint64_t)floor(nn * (1 - x));

	for (uint64_t v = 0; v <= last; v++) {
		double p = x + (double)v / nn;

		if (p < 1)
			sum += binomial_mass((double)v, nn, p, 1 - p) * x / p;
	}
	return sum;
}

static void
square_multiply(double *out, const double *a, const double *b, size_t m)
{
	for (size_t i = 0; i < m; i++) {
		double *o = out + i * m;

		memset(o, 0, m * sizeof(*o));
		for (size_t k = 0; k < m; k++) {
			double x = a[i * m + k];

			for (size_t j = 0; x != 0 && j < m; j++)
				o[j] += x * b[k * m + j];
		}
	}
}

/* Durbin's matrix as in Marsaglia, Tsang and Wang (2003): P(D < d). */
static double
durbin_cdf(uint64_t n, double d)
{
	double nd = (double)n * d, h, p, fac = 1, corner;
	size_t k = (size_t)ceil(nd), m = 2 * k - 1;
	double *a = xalloc(m * m, sizeof(*a)), *w, *t, *swap;
	int scale = 0, base = 0;

	w = xalloc(m * m, sizeof(*w));
	t = xalloc(m * m, sizeof(*t));
	h = (double)k - nd;
	for (size_t i = 0; i < m; i++)
		w[i * m + i] = 1;
	for (size_t step = 0; step <= m; step++) {	/* 1/step! on bands */
		if (step > 0)
			fac /= (double)step;
		for (size_t i = 0; i < m; i++)
			if (i + 1 >= step && i + 1 - step < m)
				a[i * m + i + 1 - step] = fac;
	}
	fac = 1;
	p = 1;
	for (size_t i = 0; i < m; i++) {
		fac /= (double)(i + 1);
		p *= h;
		a[i * m] = a[(m - 1) * m + m - 1 - i] = (1 - p) * fac;
	}
	corner = 1 - 2 * p;
	if (2 * h > 1) {
		double q = 1;

		for (size_t i = 0; i < m; i++)
			q *= 2 * h - 1;
		corner += q;
	}
	a[(m - 1) * m] = corner * fac;
	for (uint64_t e = n; e > 0; e >>= 1) {
		if (e & 1) {
			square_multiply(t, w, a, m);
			swap = w, w = t, t = swap;
			scale += base;
		}
		square_multiply(t, a, a, m);
		swap = a, a = t, t = swap;
		base *= 2;
		if (a[(k - 1) * m + k - 1] > HUGE_STEP) {
			for (size_t i = 0; i < m * m; i++)
				a[i] /= HUGE_STEP;
			base += 128;
		}
	}
	p = w[(k - 1) * m + k - 1];
	for (uint64_t i = 1; i <= n; i++) {
		p = p * (double)i / (double)n;
		if (p < 1 / HUGE_STEP) {
			p *= HUGE_STEP;
			scale -= 128;
		}
	}
	free(a);
	free(w);
	free(t);
	return clip(ldexp(p, scale));
}

/* Pelz and Good (1976): four terms in 1/sqrt(n), for small z. */
static double
pelz_good_cdf(uint64_t n, double x)
{
	const double p2 = PI * PI, p4 = p2 * p2, p6 = p4 * p2;
	double z2 = (double)n * x * x, z = sqrt(z2), z4 = z2 * z2;
	double z6 = z4 * z2, z8 = z4 * z4, s[4] = { 0 }, root;
	int last = (int)ceil(16 * z / PI);

	if (-p2 / 8 / z2 < -708)
		return 0;
	for (int k = last; k > 0; k--) {
		double m = 2 * k - 1, m2 = m * m, m4 = m2 * m2;
		double q = m_exp(-p2 / 8 / z2 * m2);

		s[0] += q;
		s[1] += q * (p2 / 4 * m2 - z2);
		s[2] += q * (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * p2 / 4 *
		    m2 + p4 * (1 - 2 * z2) / 16 * m4);
		s[3] += q * (-30 * z6 - 90 * z8 + p2 * (135 * z4 - 96 * z6) /
		    4 * m2 + p4 * (212 * z4 - 60 * z2) / 16 * m4 +
		    p6 * (5 - 30 * z2) / 64 * m4 * m2);
	}
	root = sqrt(2 * PI);
	s[0] *= root / z;
	s[1] *= root / (6 * z4);
	s[2] *= root / (72 * z6 * z);
	s[3] *= root / (6480 * z8 * z2);
	for (int k = last; k > 0; k--) {
		double k2 = (double)k * k, q = m_exp(-p2 / 2 / z2 * k2);

		s[2] -= p2 * root / (36 * z2 * z) * k2 * q;
		s[3] += p2 * root / (216 * z6) * (3 * z2 - p2 * k2) * k2 * q;
	}
	root = sqrt((double)n);
	return clip(s[0] + s[1] / root + s[2] / (double)n +
	    s[3] / ((double)n * root));
}

double
ks_one_sf(uint64_t n, double d)
{
	double nn = (double)n, t = nn * d, s = t * d, p = 1;

	if (n == 0 || isnan(d))
		return NAN;
	if (d >= 1)
		return 0;
	if (t <= 0.5)
		return 1;
	if (t <= 1) {
		for (uint64_t i = 1; i <= n && p > 0; i++)
			p *= (double)i / nn * (2 * t - 1);
		return clip(1 - p);
	}
	if (t >= nn - 1)
		return clip(2 * m_pow(1 - d, nn));
	if (s >= 370)
		return 0;
	if (d >= 0.5 || s >= (n <= 140 ? 4 : 2.2))
		return clip(2 * one_side(n, d));
	if (n <= 140 || (n <= 100000 && nn * d * sqrt(d) <= 1.4))
		return clip(1 - durbin_cdf(n, d));
	return clip(1 - pelz_good_cdf(n, d));
}
