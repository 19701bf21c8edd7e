/* How much of a difference between two samples is sampling noise. */
#include <math.h>

#include "stat/special.h"
#include "stat/internal.h"

/* What both distances on distribution functions need, of the values divided
 * by the largest: H is the distribution function of both sides together. */
struct gap {
	double area, square;	/* integrals of |F - G| and (F - G)^2 */
	double root, product;	/* of sqrt(H (1 - H)) and H (1 - H) */
	double std;		/* of both sides together */
};

static void
measure_gap(struct gap *g, const struct twosample *s, double scale)
{
	double nr = (double)s->n_ref, nc = (double)s->n_cur, n = nr + nc;
	double mean = 0, r = 0, c = 0;

	*g = (struct gap){ 0, 0, 0, 0, 0 };
	for (size_t i = 0; i < s->k; i++)
		mean += s->value[i] / scale *
		    ((double)s->ref[i] + (double)s->cur[i]) / n;
	for (size_t i = 0; i < s->k; i++) {
		double d = s->value[i] / scale - mean, f, h, width;

		g->std += d * d * ((double)s->ref[i] + (double)s->cur[i]) / n;
		if (i + 1 == s->k)
			break;
		r += (double)s->ref[i];
		c += (double)s->cur[i];
		width = s->value[i + 1] / scale - s->value[i] / scale;
		f = r / nr - c / nc;
		h = (r + c) / n * (1 - (r + c) / n);
		g->area += fabs(f) * width;
		g->square += f * f * width;
		g->root += sqrt(h) * width;
		g->product += h * width;
	}
	g->std = sqrt(g->std);
}

/*
 * Sqrt(nr nc / n) (F - G) is nearly a Gaussian process, and a norm of one
 * exceeds its median by z times its widest direction with at most the chance
 * of a normal variable beyond z (Borell 1975).  The median is at most the
 * mean; the widest direction of the area is the standard deviation.
 */
double
ts_area_chance(double area, double root, double std, uint64_t n_ref,
    uint64_t n_cur)
{
	double noise = sqrt(1 / (double)n_ref + 1 / (double)n_cur);

	return normal_sf((area - noise * 0.79788456080286536 * root) /
	    (noise * std));
}

static double
gap_chance(const struct twosample *s, bool area)
{
	double noise = sqrt(1 / (double)s->n_ref + 1 / (double)s->n_cur);
	double first = fabs(s->value[0]), last = fabs(s->value[s->k - 1]);
	double scale = first > last ? first : last;
	struct gap g;

	if (s->k < 2)
		return 1;
	measure_gap(&g, s, scale);
	if (area)
		return ts_area_chance(g.area, g.root, g.std, s->n_ref,
		    s->n_cur);
	return normal_sf((sqrt(g.square) - noise * sqrt(g.product)) /
	    (noise * sqrt(g.product)));
}

int
ts_chance(double *p, const struct twosample *s, enum ts_method m,
    double score, struct err *e)
{
	switch (m) {
	case TS_KS:
	case TS_Z:
	case TS_T:
	case TS_MANN_WHITNEY:
	case TS_CRAMER:
	case TS_FISHER:
		*p = score;
		return 0;
	case TS_ANDERSON:	/* its own p ends at 0.001 */
		return test_ks(p, s, e);
	case TS_WASSERSTEIN:
	case TS_ENERGY:
		*p = gap_chance(s, m == TS_WASSERSTEIN);
		return 0;
	default:
		return counts_chance(p, s, e);
	}
}

double
ts_share_chance(uint64_t a, uint64_t n, uint64_t b, uint64_t m)
{
	double x = (double)n, y = (double)m, p = (double)a / x;
	double q = (double)b / y, pool = ((double)a + (double)b) / (x + y);

	if (pool == 0 || pool == 1)
		return 1;
	return 2 * normal_sf(fabs(p - q) / sqrt(pool * (1 - pool) *
	    (1 / x + 1 / y)));
}
