/* Tests on ranks, counts and distribution functions. */
#include "stat/twosample.h"

#include <math.h>
#include <string.h>

#include "math/elem.h"
#include "stat/ks.h"
#include "stat/special.h"
#include "stat/internal.h"

enum rule { P_BELOW, P_MOST, AT_LEAST, ABOVE };

static const struct {
	const char *name, *title;
	double threshold;
	enum rule rule;
	bool number, category;		/* what it can be asked of */
	int (*run)(double *, const struct twosample *, struct err *);
} tests[TS_METHODS] = {
	[TS_KS] = { "ks", "Kolmogorov-Smirnov p", 0.05, P_MOST, true, false,
	    test_ks },
	[TS_WASSERSTEIN] = { "wasserstein", "Wasserstein distance / std",
	    0.1, AT_LEAST, true, false, test_wasserstein },
	[TS_CHISQUARE] = { "chisquare", "chi-square p", 0.05, P_BELOW, true,
	    true, test_chisquare },
	[TS_Z] = { "z", "z-test p", 0.05, P_BELOW, true, true, test_z },
	[TS_JENSENSHANNON] = { "jensenshannon", "Jensen-Shannon distance",
	    0.1, AT_LEAST, true, true, test_jensenshannon },
	[TS_PSI] = { "psi", "population stability index", 0.1, AT_LEAST,
	    true, true, test_psi },
	[TS_KL] = { "kl_div", "Kullback-Leibler divergence", 0.1, AT_LEAST,
	    true, true, test_kl },
	[TS_HELLINGER] = { "hellinger", "Hellinger distance", 0.1, AT_LEAST,
	    true, true, test_hellinger },
	[TS_ENERGY] = { "ed", "energy distance", 0.1, ABOVE, true, false,
	    test_energy },
	[TS_T] = { "t_test", "t-test p", 0.05, P_BELOW, true, false, test_t },
	[TS_MANN_WHITNEY] = { "mannw", "Mann-Whitney p", 0.05, P_BELOW, true,
	    false, test_mann_whitney },
	[TS_ANDERSON] = { "anderson", "Anderson-Darling p", 0.1, P_BELOW,
	    true, false, test_anderson },
	[TS_CRAMER] = { "cramer_von_mises", "Cramer-von Mises p", 0.1,
	    P_MOST, true, false, test_cramer },
	[TS_G] = { "g_test", "G-test p", 0.1, P_BELOW, false, true, test_g },
	[TS_FISHER] = { "fisher_exact", "Fisher's exact p", 0.1, P_BELOW,
	    false, true, test_fisher },
};

const char *
ts_name(enum ts_method m)
{
	return tests[m].name;
}

const char *
ts_title(enum ts_method m)
{
	return tests[m].title;
}

bool
ts_parse(enum ts_method *m, const char *name)
{
	for (int i = 0; i < TS_METHODS; i++)
		if (strcmp(tests[i].name, name) == 0) {
			*m = (enum ts_method)i;
			return true;
		}
	return false;
}

double
ts_threshold(enum ts_method m)
{
	return tests[m].threshold;
}

bool
ts_fits(enum ts_method m, bool numeric)
{
	return numeric ? tests[m].number : tests[m].category;
}

bool
ts_is_p(enum ts_method m)
{
	return tests[m].rule == P_BELOW || tests[m].rule == P_MOST;
}

bool
ts_drifted(enum ts_method m, double score, double threshold)
{
	switch (tests[m].rule) {
	case P_BELOW:
		return score < threshold;
	case P_MOST:
		return score <= threshold;
	case AT_LEAST:
		return score >= threshold;
	default:
		return score > threshold;
	}
}

enum ts_method
ts_auto(bool numeric, uint64_t n_ref, uint64_t distinct)
{
	if (numeric && distinct > 5)
		return n_ref > 1000 ? TS_WASSERSTEIN : TS_KS;
	if (n_ref > 1000)
		return TS_JENSENSHANNON;
	return distinct > 2 ? TS_CHISQUARE : TS_Z;
}

int
ts_run(double *score, const struct twosample *s, enum ts_method m,
    struct err *e)
{
	if (s->n_ref == 0 || s->n_cur == 0)
		return err_set(e, ERR_UNSUPPORTED, "no value on the %s side",
		    s->n_ref == 0 ? "reference" : "current");
	if (!ts_fits(m, s->numeric))
		return err_set(e, ERR_UNSUPPORTED, "'%s' is a test of %s",
		    tests[m].name, s->numeric ? "categories" : "numbers");
	return tests[m].run(score, s, e);
}

/* --- on distribution functions ------------------------------------------- */

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

int
test_ks(double *score, const struct twosample *s, struct err *e)
{
	double nr = (double)s->n_ref, nc = (double)s->n_cur;
	uint64_t r = 0, c = 0, g, h = 0;

	(void)e;
	g = common_divisor(s->n_ref, s->n_cur);
	for (size_t i = 0; i < s->k; i++) {
		uint64_t a, b, d;

		r += s->ref[i];
		c += s->cur[i];
		a = r * (s->n_cur / g);
		b = c * (s->n_ref / g);
		d = a > b ? a - b : b - a;
		if (d > h)
			h = d;
	}
	if (s->n_ref <= 10000 && s->n_cur <= 10000)
		*score = ks_exact(s->n_ref, s->n_cur, h);
	else	/* rounds half to even, as numpy does */
		*score = ks_one_sf((uint64_t)nearbyint(nr * nc / (nr + nc)),
		    (double)h / (nr / (double)g * nc));
	return 0;
}

/* Of the values times a power of two, which changes no digit. */
static double
scaled_std(const struct twosample *s, double scale)
{
	double sum = 0, mean, n = (double)s->n_ref;

	for (size_t i = 0; i < s->k; i++)
		sum += s->value[i] * scale * (double)s->ref[i];
	mean = sum / n;
	sum = 0;
	for (size_t i = 0; i < s->k; i++) {
		double d = s->value[i] * scale - mean;

		sum += d * d * (double)s->ref[i];
	}
	return sqrt(sum / n) / scale;
}

/* Squares of values beyond 1e154 overflow (Evidently's distance is then 0,
 * whatever moved). */
static double
reference_std(const struct twosample *s)
{
	double std = scaled_std(s, 1);

	return isfinite(std) ? std : scaled_std(s, 0x1p-600);
}

int
test_wasserstein(double *score, const struct twosample *s, struct err *e)
{
	double nr = (double)s->n_ref, nc = (double)s->n_cur, sum = 0, std;
	uint64_t r = 0, c = 0;

	(void)e;
	for (size_t i = 0; i + 1 < s->k; i++) {
		r += s->ref[i];
		c += s->cur[i];
		sum += fabs((double)r / nr - (double)c / nc) *
		    (s->value[i + 1] - s->value[i]);
	}
	std = reference_std(s);
	*score = sum / (std > 0.001 ? std : 0.001);
	return 0;
}

int
test_energy(double *score, const struct twosample *s, struct err *e)
{
	double nr = (double)s->n_ref, nc = (double)s->n_cur, sum = 0;
	uint64_t r = 0, c = 0;

	(void)e;
	for (size_t i = 0; i + 1 < s->k; i++) {
		double d;

		r += s->ref[i];
		c += s->cur[i];
		d = (double)r / nr - (double)c / nc;
		sum += d * d * (s->value[i + 1] - s->value[i]);
	}
	*score = sqrt(2 * sum);
	return 0;
}

/* --- on ranks ------------------------------------------------------------- */

int
test_mann_whitney(double *score, const struct twosample *s, struct err *e)
{
	double nr = (double)s->n_ref, nc = (double)s->n_cur, n = nr + nc;
	double below = 0, ranks = 0, ties = 0, u, sd;

	for (size_t i = 0; i < s->k; i++) {
		double t = (double)(s->ref[i] + s->cur[i]);

		ranks += (double)s->ref[i] * (below + (t + 1) / 2);
		ties += t * t * t - t;
		below += t;
	}
	if (ties == 0 && (nr <= 8 || nc <= 8))
		return err_set(e, ERR_UNSUPPORTED, "'mannw' needs more than "
		    "8 values on each side");
	u = nr * nc - (ranks - nr * (nr + 1) / 2);	/* of the current */
	sd = sqrt(nr * nc / 12 * (n + 1 - ties / (n * (n - 1))));
	/* all values equal: scipy has no answer, and nothing moved */
	*score = sd > 0 ? normal_sf((u - nr * nc / 2 - 0.5) / sd) : 1;
	return 0;
}

/* Limiting law of the Cramer-von Mises statistic (Csorgo & Faraway 1996). */
static double
cramer_cdf(double x)
{
	double sum = 0, ratio = 1.77245385090551602730;	/* sqrt(pi) */

	for (int k = 0; k < 1000; k++) {
		double y = 4 * k + 1, q = y * y / (16 * x), z;

		z = ratio / (5.56832799683170784528 * sqrt(x)) * sqrt(y) *
		    m_exp(-2 * q) * bessel_k14_scaled(q);
		sum += z;
		if (z < 1e-7)	/* scipy stops here too */
			break;
		ratio *= (k + 0.5) / (k + 1);
	}
	return sum;
}

int
test_cramer(double *score, const struct twosample *s, struct err *e)
{
	double nr = (double)s->n_ref, nc = (double)s->n_cur;
	double n = nr + nc, k = nr * nc, u = 0, t, v;
	double below = 0, r = 0, c = 0;

	if (nr <= 20 && nc <= 20)
		return err_set(e, ERR_UNSUPPORTED, "'cramer_von_mises' needs "
		    "more than 20 values on a side");
	for (size_t i = 0; i < s->k; i++) {
		double a = (double)s->ref[i], b = (double)s->cur[i];
		double rank = below + (a + b + 1) / 2, d;

		/* sum over j = 1..a of (rank - r - j)^2, and so for b */
		d = rank - r - (a + 1) / 2;
		u += nr * (a * d * d + a * (a * a - 1) / 12);
		d = rank - c - (b + 1) / 2;
		u += nc * (b * d * d + b * (b * b - 1) / 12);
		below += a + b;
		r += a;
		c += b;
	}
	t = u / (k * n) - (4 * k - 1) / (6 * n);
	v = (n + 1) * (4 * k * n - 3 * (nr * nr + nc * nc) - 2 * k) /
	    (45 * n * n * 4 * k);
	t = 1 / 6.0 + (t - (1 + 1 / n) / 6) / sqrt(45 * v);
	*score = t < 0.003 ? 1 : 1 - cramer_cdf(t);
	if (*score < 0)
		*score = 0;
	return 0;
}

/* Scholz & Stephens (1987), equation 7 with midranks; variance of A2kN. */
static double
anderson_sigma(double nr, double nc)
{
	double n = nr + nc, h = 0, g = 0, H = 1 / nr + 1 / nc, a, b, c, d;

	for (double i = n - 1; i > 1; i--) {
		h += 1 / i;
		g += h / (n + 1 - i);
	}
	h += 1;
	a = 4 * g - 6 + (10 - 6 * g) * H;
	b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * H - 8 * h +
	    4 * g - 6;
	c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 +
	    (2 * h - 6) * H + 4 * h;
	d = (2 * h + 6) * 4 - 8 * h;
	return sqrt((((a * n + b) * n + c) * n + d) /
	    ((n - 1) * (n - 2) * (n - 3)));
}

int
test_anderson(double *score, const struct twosample *s, struct err *e)
{
	double nr = (double)s->n_ref, nc = (double)s->n_cur, n = nr + nc;
	double sum_r = 0, sum_c = 0, below = 0, r = 0, c = 0, a2;

	if (s->k < 2 || n < 4)
		return err_set(e, ERR_UNSUPPORTED, "'anderson' needs two "
		    "distinct values");
	for (size_t i = 0; i < s->k; i++) {
		double a = (double)s->ref[i], b = (double)s->cur[i];
		double l = a + b, m = below + l / 2, w, dr, dc;

		w = l / n / (m * (n - m) - n * l / 4);
		dr = n * (r + a / 2) - m * nr;
		dc = n * (c + b / 2) - m * nc;
		sum_r += w * dr * dr;
		sum_c += w * dc * dc;
		below += l;
		r += a;
		c += b;
	}
	a2 = (sum_r / nr + sum_c / nc) * (n - 1) / n;
	a2 = (a2 - 1) / anderson_sigma(nr, nc);
	/* The parabola through the table's critical values, as fitted by
	 * least squares to the logarithms of their levels. */
	if (a2 < 0.325)
		*score = 0.25;
	else if (a2 > 6.546)
		*score = 0.001;
	else
		*score = m_exp((0.01819809457411147 * a2 -
		    1.0082265644652515) * a2 - 1.077770279820484);
	return 0;
}
