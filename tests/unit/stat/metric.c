/* Intervals of metrics, where rows are few or say all the same. */
#include "stat/metric.h"

#include "stat/interval.h"
#include "../tap.h"

static struct metric
of(const struct metrics *m, const char *name)
{
	static const struct metric none = { "", NAN, NAN, NAN, NULL };
	const struct metric *found = metrics_find(m, name);

	return found ? *found : none;
}

/* low <= value <= high, and some width. */
static bool
is_wide(struct metric m)
{
	return m.low <= m.value && m.value <= m.high && m.low < m.high;
}

static void
binary(struct metrics *m, const double *p, const uint8_t *y, size_t n)
{
	struct err e = ERR_INIT;

	ok(metrics_binary(m, p, y, n, 0.5, 1, 1, &e) == 0, "%zu rows are judged",
	    n);
}

static void
two_rows(void)
{
	const double p[] = { 0.8, 0.3 };
	const uint8_t y[] = { 1, 0 };
	struct metrics m;

	binary(&m, p, y, 2);
	ok(of(&m, "auc").value == 1 && of(&m, "auc").low < 0.25,
	    "an auc of 1 from two rows may be chance");
	ok(strcmp(of(&m, "auc").interval, "newcombe") == 0, "and says by what");
	for (size_t i = 0; i < m.n; i++)
		ok(is_wide(m.m[i]), "%s of two rows has a wide interval",
		    m.m[i].name);
}

/* Right about every row, which bootstraps and DeLong take for certain. */
static void
perfect_rows(void)
{
	double p[100], y_number[100];
	uint8_t y[100];
	uint32_t of_three[100];
	double p_three[300] = { 0 };
	struct err e = ERR_INIT;
	struct metrics m;

	for (size_t i = 0; i < 100; i++) {
		p[i] = y[i] = i % 4 == 0;
		of_three[i] = i % 3;
		p_three[3 * i + i % 3] = 1;
		y_number[i] = (double)i;
	}
	binary(&m, p, y, 100);
	ok(of(&m, "auc").low > 0.9 && of(&m, "auc").low < 1,
	    "an auc of 1 from a hundred rows is near 1");
	for (size_t i = 0; i < m.n; i++)
		ok(is_wide(m.m[i]) || m.m[i].interval == NULL,
		    "%s of perfect rows is not certain", m.m[i].name);
	ok(of(&m, "logloss").interval == NULL,
	    "a loss without bound and without spread has no interval");
	ok(metrics_multiclass(&m, p_three, of_three, 100, 3, 1, 1, &e) == 0,
	    "three classes are judged");
	for (size_t i = 0; i < m.n; i++)
		ok(is_wide(m.m[i]) || m.m[i].interval == NULL,
		    "%s of three perfect classes is not certain", m.m[i].name);
	ok(metrics_regression(&m, y_number, y_number, 100, 1, 1, &e) == 0,
	    "numbers are judged");
	for (size_t i = 0; i < m.n; i++)
		ok(is_wide(m.m[i]) || m.m[i].interval == NULL,
		    "%s of perfect numbers is not certain", m.m[i].name);
}

/* Scores as good as their calibration: noise makes ece and ks larger. */
static void
distances(void)
{
	double p[400];
	uint8_t y[400];
	struct metrics m;
	struct metric d;

	for (size_t i = 0; i < 400; i++) {
		p[i] = (double)(i % 20) / 20 + 0.025;
		y[i] = i * 7919 % 400 < p[i] * 400;
	}
	binary(&m, p, y, 400);
	d = of(&m, "ece");
	ok(d.low < d.value && d.value < d.high,
	    "ece %g lies within its interval %g to %g", d.value, d.low, d.high);
	for (size_t i = 0; i < 400; i++)
		y[i] = i % 2;
	binary(&m, p, y, 400);
	d = of(&m, "ks");
	ok(d.low < d.value && d.value < d.high,
	    "ks %g lies within its interval %g to %g", d.value, d.low, d.high);
}

/* sklearn.metrics.mean_pinball_loss, mean_poisson_deviance and
 * mean_gamma_deviance, version 1.9 */
static void
objectives(void)
{
	const double y[] = { 0, 1, 2, 5, 3, 0.5 };
	const double p[] = { 0.5, 1.25, 1.5, 4, 3, 0.25 };
	const double below[] = { 0, 1, 2, 5, -3, 0.5 };
	struct metrics m = { .n = 0 };

	metrics_add_pinball(&m, p, y, 6, 0.9);
	ok(fabs(of(&m, "pinball").value - 0.275) < 1e-15 &&
	    is_wide(of(&m, "pinball")), "pinball loss of the quantile 0.9");
	m.n = 0;
	metrics_add_pinball(&m, p, y, 6, 0.25);
	ok(fabs(of(&m, "pinball").value - 1.0 / 6) < 1e-15,
	    "pinball loss of the quantile 0.25");
	ok(metrics_add_poisson(&m, p, y, 6) &&
	    fabs(of(&m, "poisson_deviance").value - 0.27150398014679106) <
	    1e-15, "Poisson deviance, a truth of 0 among the rows");
	ok(metrics_add_gamma(&m, p + 1, y + 1, 5) &&
	    fabs(of(&m, "gamma_deviance").value - 0.16100163212864277) <
	    1e-15, "gamma deviance");
	m.n = 0;
	ok(!metrics_add_gamma(&m, p, y, 6) && m.n == 0,
	    "there is no gamma deviance of a truth of 0");
	ok(!metrics_add_poisson(&m, p, below, 6) && m.n == 0,
	    "there is no Poisson deviance of a truth below 0");
	ok(!metrics_add_poisson(&m, y, p, 6) && m.n == 0,
	    "there is no Poisson deviance of an answer of 0");
}

static void
closed_forms(void)
{
	struct interval w = interval_wilson(0.9, 10);

	/* statsmodels.stats.proportion.proportion_confint(9, 10,
	 * method='wilson') */
	ok(fabs(w.low - 0.5958499732047615) < 1e-12 && fabs(w.high -
	    0.9821237869049271) < 1e-12, "Wilson's interval of 9 of 10");
	w = interval_wilson(0, 0);
	ok(w.low == 0 && w.high == 1, "of nothing it is 0 to 1");
	w = interval_newcombe(1, 1, 1);
	ok(fabs(w.low - 1 / (1 + Z95 * Z95)) < 1e-12 && w.high == 1,
	    "Newcombe's of one pair is Wilson's of one");
	w = interval_newcombe(0.5, 20, 20);
	ok(fabs(w.low + w.high - 1) < 1e-12 && w.low > 0.3 && w.low < 0.4,
	    "of chance it is symmetric");
}

static void
directions(void)
{
	ok(metric_better("auc") == 1 && metric_better("test.f1") == 1,
	    "of an area and of f1 more is better, whatever stands before");
	ok(metric_better("rmse") == -1 && metric_better("cv.logloss") == -1,
	    "of errors and losses less is better");
	ok(metric_better("cv.auc.sd") == 0 && metric_better("price") == 0,
	    "of a spread, and of another word, nothing is said");
}

int
main(void)
{
	two_rows();
	perfect_rows();
	distances();
	objectives();
	closed_forms();
	directions();
	return tap_done();
}
