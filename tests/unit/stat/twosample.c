/* Two-sample tests against Evidently 0.7.23 on scipy 1.17 and numpy 2.4. */
#include <stdlib.h>

#include "stat/ks.h"
#include "stat/special.h"
#include "stat/twosample.h"
#include "../tap.h"

struct golden {
	char fixture;
	const char *method;
	double want;
};

static const struct golden golden[] = {
	{ 'A', "chisquare", 0.6730876006966301 },
	{ 'A', "z", 1.0 },
	{ 'A', "jensenshannon", 0.06804819617703867 },
	{ 'A', "psi", 0.037218381577290835 },
	{ 'A', "kl_div", 0.01890967696532045 },
	{ 'A', "hellinger", 0.06812774370983345 },
	{ 'A', "g_test", 0.6657519578484128 },
	{ 'B', "chisquare", 0.0 },
	{ 'B', "z", 0.155218489684684 },
	{ 'B', "jensenshannon", 0.19218019454096963 },
	{ 'B', "psi", 0.7083169080497109 },
	{ 'B', "kl_div", 0.10859129441919926 },
	{ 'B', "hellinger", 0.228642608659965 },
	{ 'B', "g_test", 0.0 },
	{ 'C', "chisquare", 5.010331956390438e-06 },
	{ 'C', "z", 0.00022925943370477597 },
	{ 'C', "jensenshannon", 0.07112938864483193 },
	{ 'C', "psi", 0.04054651081081642 },
	{ 'C', "kl_div", 0.020135513550688863 },
	{ 'C', "hellinger", 0.07116071243935135 },
	{ 'D', "ks", 0.0001268222044414911 },
	{ 'D', "wasserstein", 0.10582406551240787 },
	{ 'D', "jensenshannon", 0.14549301906797282 },
	{ 'D', "psi", 0.18901296687479457 },
	{ 'D', "kl_div", 0.11810807841656024 },
	{ 'D', "hellinger", 0.0905363627655659 },
	{ 'D', "ed", 0.5085056538525408 },
	{ 'D', "t_test", 0.25336174812895834 },
	{ 'D', "mannw", 0.8591999085691646 },
	{ 'D', "anderson", 0.001 },
	{ 'D', "cramer_von_mises", 0.0005544012841586232 },
	{ 'E', "ks", 1.1188636345974602e-05 },
	{ 'E', "wasserstein", 0.27439120408609785 },
	{ 'E', "jensenshannon", 0.1467490259335146 },
	{ 'E', "psi", 0.2172938649246271 },
	{ 'E', "kl_div", 0.08040534115150982 },
	{ 'E', "hellinger", 0.09459156606416085 },
	{ 'E', "ed", 0.24379041888894562 },
	{ 'E', "t_test", 2.264337415870016e-10 },
	{ 'E', "mannw", 2.080829402843657e-11 },
	{ 'E', "anderson", 0.001 },
	{ 'E', "cramer_von_mises", 2.4433588485806013e-10 },
	{ 'F', "ks", 0.21051792170208797 },
	{ 'F', "wasserstein", 0.13851019056908567 },
	{ 'F', "jensenshannon", 0.1549550102257818 },
	{ 'F', "psi", 0.22157168055301577 },
	{ 'F', "kl_div", 0.14199194243623622 },
	{ 'F', "hellinger", 0.139861269219866 },
	{ 'F', "ed", 0.469454025322587 },
	{ 'F', "t_test", 0.3338567544534127 },
	{ 'F', "mannw", 0.8146527141952309 },
	{ 'F', "anderson", 0.04800999530144951 },
	{ 'F', "cramer_von_mises", 0.19794355661997043 },
	{ 'G', "ks", 0.8891338763857561 },
	{ 'G', "wasserstein", 0.011951142036957055 },
	{ 'G', "jensenshannon", 0.010424485841905983 },
	{ 'G', "psi", 0.0008696144482166078 },
	{ 'G', "kl_div", 0.0004392562952028488 },
	{ 'G', "hellinger", 0.010099072457082142 },
	{ 'G', "ed", 0.052754982176515475 },
	{ 'G', "t_test", 0.3281870381819305 },
	{ 'G', "mannw", 0.164542392596978 },
	{ 'G', "anderson", 0.1217868979880504 },
	{ 'G', "cramer_von_mises", 0.6210576084118016 },
	{ 'H', "chisquare", 0.001398074641211553 },
	{ 'H', "z", 0.025160759200408833 },
	{ 'H', "jensenshannon", 0.2533400933858497 },
	{ 'H', "psi", 0.5264270888716959 },
	{ 'H', "kl_div", 0.2738377786433902 },
	{ 'H', "hellinger", 0.254909999556887 },
	{ 'H', "g_test", 0.0014798218197932655 },
	{ 'H', "fisher_exact", 0.05355099259437413 },
	{ 'I', "ks", 0.0407600995237385 },
	{ 'I', "wasserstein", 0.10450383656806966 },
	{ 'I', "jensenshannon", 0.14277066310425815 },
	{ 'I', "psi", 0.18031915312179114 },
	{ 'I', "kl_div", 0.11163229040776168 },
	{ 'I', "hellinger", 0.0876171537419686 },
	{ 'I', "ed", 0.5021966746206111 },
	{ 'I', "t_test", 0.4975344551537158 },
	{ 'I', "mannw", 0.7464895770055731 },
	{ 'I', "anderson", 0.0010877156554427831 },
	{ 'I', "cramer_von_mises", 0.030852303993550434 },
	{ 'J', "ks", 0.9999999999161281 },
	{ 'J', "wasserstein", 0.06265605242263121 },
	{ 'J', "jensenshannon", 0.05718007377600979 },
	{ 'J', "psi", 0.02621783780438708 },
	{ 'J', "kl_div", 0.01320334355268557 },
	{ 'J', "hellinger", 0.07757427173131358 },
	{ 'J', "ed", 0.23452078799117151 },
	{ 'J', "t_test", 0.7751735408290896 },
	{ 'J', "mannw", 0.3878247828428112 },
	{ 'J', "anderson", 0.25 },
	{ 'J', "cramer_von_mises", 0.9999996681102623 },
};

#define ROOM 16000

struct side {
	double v[ROOM];
	size_t n;
};

static struct side ref, cur;

static void
repeat(struct side *s, const double *value, const size_t *count, size_t k)
{
	s->n = 0;
	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j < count[i]; j++)
			s->v[s->n++] = value[i];
}

static void
cycle(struct side *s, size_t n, size_t step, size_t mod, double divide,
    double shift)
{
	s->n = n;
	for (size_t i = 0; i < n; i++)
		s->v[i] = (double)(step * i % mod) / divide + shift;
}

#define COUNTS(s, ...) do { \
	const size_t c_[] = { __VA_ARGS__ }; \
	repeat(&(s), levels, c_, sizeof(c_) / sizeof(*c_)); \
} while (0)

/* The fixtures of the golden table; false: numbers, true: categories. */
static bool
fixture(char name)
{
	static const double levels[] = { 0, 1, 2, 3, 4, 5, 6 };

	switch (name) {
	case 'A':
		COUNTS(ref, 16, 18, 16, 14, 12, 12);
		COUNTS(cur, 16, 16, 16, 16, 16, 8);
		return true;
	case 'B':
		COUNTS(ref, 60, 40);
		COUNTS(cur, 50, 40, 10);
		return true;
	case 'C':
		COUNTS(ref, 600, 400);
		COUNTS(cur, 250, 250);
		return true;
	case 'E':
		COUNTS(ref, 200, 300, 400, 100, 50, 50);
		COUNTS(cur, 100, 300, 400, 200, 50, 50, 20);
		return false;
	case 'H':
		COUNTS(ref, 12, 8);
		COUNTS(cur, 5, 15);
		return true;
	case 'D':
	case 'I':
		cycle(&ref, 2000, 37, 101, 1, 0);
		cycle(&cur, name == 'D' ? 2000 : 500, 53, 89, 1, 5);
		return false;
	case 'F':
		cycle(&ref, 300, 7, 97, 2, 0);
		cycle(&cur, 170, 11, 83, 2, 2.25);
		return false;
	case 'G':
		cycle(&ref, 12000, 7919, 10007, 100, 0);
		cycle(&cur, 15000, 104729, 9973, 100, 0.7);
		return false;
	default:
		cycle(&ref, 60, 31, 59, 1, 0);
		cycle(&cur, 40, 17, 61, 1, 0);
		return false;
	}
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
merge(struct twosample *s, double *value, uint64_t *r, uint64_t *c)
{
	size_t i = 0, j = 0;

	qsort(ref.v, ref.n, sizeof(double), rising);
	qsort(cur.v, cur.n, sizeof(double), rising);
	s->k = 0;
	while (i < ref.n || j < cur.n) {
		double v = j == cur.n || (i < ref.n && ref.v[i] < cur.v[j]) ?
		    ref.v[i] : cur.v[j];

		value[s->k] = v;
		for (r[s->k] = 0; i < ref.n && ref.v[i] == v; i++)
			r[s->k]++;
		for (c[s->k] = 0; j < cur.n && cur.v[j] == v; j++)
			c[s->k]++;
		s->k++;
	}
	s->value = value;
	s->ref = r;
	s->cur = c;
	s->n_ref = ref.n;
	s->n_cur = cur.n;
}

static void
against_golden(void)
{
	static double value[2 * ROOM];
	static uint64_t r[2 * ROOM], c[2 * ROOM];

	for (size_t i = 0; i < sizeof(golden) / sizeof(*golden); i++) {
		const struct golden *g = &golden[i];
		struct err e = ERR_INIT;
		enum ts_method m;
		struct twosample s;
		double score = -1;

		s.numeric = !fixture(g->fixture);
		s.integer = g->fixture == 'I';
		merge(&s, value, r, c);
		if (!ok(ts_parse(&m, g->method) && ts_run(&score, &s, m, &e) ==
		    0, "%s runs on %c", g->method, g->fixture))
			printf("#   %s\n", e.msg);
		is_near(score, g->want, 1e-11 + 1e-9 * g->want,
		    "%s of %c is evidently's", g->method, g->fixture);
	}
}

static void
relative(double got, double want, double tol, const char *what)
{
	is_near(got / want, 1, tol, "%s", what);
}

static void
distributions(void)
{
	relative(chi2_sf(3.2, 5), 0.6691829020332432, 1e-11,
	    "chi2_sf(3.2, 5)");
	relative(chi2_sf(0.1, 1), 0.7518296340458492, 1e-11,
	    "chi2_sf(0.1, 1)");
	relative(chi2_sf(120, 100), 0.08440668109369177, 1e-11,
	    "chi2_sf(120, 100)");
	relative(chi2_sf(1500, 1000), 1.0454640385980825e-22, 1e-11,
	    "chi2_sf(1500, 1000)");
	relative(chi2_sf(900, 1000), 0.9892827619087102, 1e-11,
	    "chi2_sf(900, 1000)");
	relative(chi2_sf(50, 3), 7.989179244951495e-11, 1e-11,
	    "chi2_sf(50, 3)");
	relative(t_two_sided(2.1, 10), 0.06207724420221853, 1e-11,
	    "t_two_sided(2.1, 10)");
	relative(t_two_sided(0.01, 3), 0.992649111412852, 1e-11,
	    "t_two_sided(0.01, 3)");
	relative(t_two_sided(5, 1999998), 5.733514638314673e-07, 1e-11,
	    "t_two_sided(5, 1999998)");
	relative(t_two_sided(1, 100000.0), 0.3173129275641102, 1e-11,
	    "t_two_sided(1, 100000.0)");
	relative(t_two_sided(-12, 40), 7.82417130425598e-15, 1e-11,
	    "t_two_sided(-12, 40)");
	relative(normal_sf(0), 0.5, 1e-12,
	    "normal_sf(0)");
	relative(normal_sf(1.96), 0.024997895148220435, 1e-12,
	    "normal_sf(1.96)");
	relative(normal_sf(-2.5), 0.9937903346742238, 1e-12,
	    "normal_sf(-2.5)");
	relative(normal_sf(8), 6.22096057427174e-16, 1e-12,
	    "normal_sf(8)");
	relative(normal_sf(30), 4.906713927147908e-198, 1e-12,
	    "normal_sf(30)");
	relative(binomial_mass(3, 10, 0.2, 0.8), 0.20132659199999992, 1e-11,
	    "binomial_mass(3, 10, 0.2, 0.8)");
	relative(binomial_mass(0, 50, 0.01, 0.99), 0.6050060671375365, 1e-11,
	    "binomial_mass(0, 50, 0.01, 0.99)");
	relative(binomial_mass(5000, 100000, 0.051, 0.949), 0.0020468827478906074, 1e-11,
	    "binomial_mass(5000, 100000, 0.051, 0.949)");
	relative(binomial_mass(10, 10, 0.9, 0.09999999999999998), 0.3486784401000001, 1e-11,
	    "binomial_mass(10, 10, 0.9, 0.09999999999999998)");
	relative(bessel_k14_scaled(0.05), 3.7716847827191335, 1e-12,
	    "bessel_k14_scaled(0.05)");
	relative(bessel_k14_scaled(1), 1.1708721016781265, 1e-12,
	    "bessel_k14_scaled(1)");
	relative(bessel_k14_scaled(20), 0.2789700879064432, 1e-12,
	    "bessel_k14_scaled(20)");
	relative(ks_one_sf(10, 0.07), 0.9999999619492741, 1e-9,
	    "ks_one_sf(10, 0.07)");
	relative(ks_one_sf(10, 0.3), 0.27053557479999946, 1e-9,
	    "ks_one_sf(10, 0.3)");
	relative(ks_one_sf(10, 0.8), 2.207999999999995e-07, 1e-9,
	    "ks_one_sf(10, 0.8)");
	relative(ks_one_sf(100, 0.05), 0.9532159710635725, 1e-9,
	    "ks_one_sf(100, 0.05)");
	relative(ks_one_sf(100, 0.12), 0.1033037490181987, 1e-9,
	    "ks_one_sf(100, 0.12)");
	relative(ks_one_sf(100, 0.3), 1.7719869892662917e-08, 1e-9,
	    "ks_one_sf(100, 0.3)");
	relative(ks_one_sf(1000, 0.02), 0.8108971656895577, 1e-9,
	    "ks_one_sf(1000, 0.02)");
	relative(ks_one_sf(1000, 0.03), 0.3226902143914636, 1e-9,
	    "ks_one_sf(1000, 0.03)");
	relative(ks_one_sf(1000, 0.06), 0.001428597887952891, 1e-9,
	    "ks_one_sf(1000, 0.06)");
	relative(ks_one_sf(5000, 0.009), 0.8092347107787957, 1e-9,
	    "ks_one_sf(5000, 0.009)");
	relative(ks_one_sf(200000, 0.002), 0.39995085369038097, 1e-9,
	    "ks_one_sf(200000, 0.002)");
	relative(ks_one_sf(500000, 0.0019), 0.054034070302290904, 1e-9,
	    "ks_one_sf(500000, 0.0019)");
	relative(ks_one_sf(500000, 0.004), 2.2445978493851467e-07, 1e-9,
	    "ks_one_sf(500000, 0.004)");
	relative(ks_one_sf(60000, 3e-05), 1.0, 1e-9,
	    "ks_one_sf(60000, 3e-05)");
	relative(ks_exact(7, 5, 11), 0.8383838383838382, 1e-10,
	    "ks_exact(7, 5, 11)");
	relative(ks_exact(300, 200, 60), 0.17313583335670987, 1e-10,
	    "ks_exact(300, 200, 60)");
	relative(ks_exact(1000, 700, 500), 0.028360425691996285, 1e-10,
	    "ks_exact(1000, 700, 500)");
	relative(ks_exact(50, 50, 11), 0.17858668181221732, 1e-10,
	    "ks_exact(50, 50, 11)");
}

static void
choices(void)
{
	static const double v[] = { 1, 2 };
	static const uint64_t a[] = { 3, 4 }, b[] = { 5, 6 };
	struct twosample s = { v, a, b, 2, 7, 11, true, false };
	struct err e = ERR_INIT;
	enum ts_method m;
	double score;

	ok(ts_auto(true, 1000, 6) == TS_KS, "few rows, numbers: ks");
	ok(ts_auto(true, 1001, 6) == TS_WASSERSTEIN, "more: wasserstein");
	ok(ts_auto(true, 1000, 5) == TS_CHISQUARE, "five values: chisquare");
	ok(ts_auto(false, 1000, 2) == TS_Z, "two categories: z");
	ok(ts_auto(false, 1001, 2) == TS_JENSENSHANNON, "more: js");
	ok(!ts_parse(&m, "k"), "no such test");
	ok(ts_drifted(TS_KS, 0.05, 0.05) && !ts_drifted(TS_T, 0.05, 0.05) &&
	    ts_drifted(TS_PSI, 0.1, 0.1) && !ts_drifted(TS_ENERGY, 0.1, 0.1),
	    "each test has its own strictness");
	ok(ts_run(&score, &s, TS_FISHER, &e) != 0, "fisher refuses numbers");
	s.numeric = false;
	ok(ts_run(&score, &s, TS_KS, &e) != 0, "ks refuses categories");
	ok(ts_run(&score, &s, TS_FISHER, &e) != 0, "fisher: equal sizes");
	s.n_cur = 0;
	ok(ts_run(&score, &s, TS_Z, &e) != 0, "an empty side is refused");
}

int
main(void)
{
	against_golden();
	distributions();
	choices();
	return tap_done();
}
