/*
 * What the metrics of all tasks share: one metric with its interval added,
 * sums in fixed blocks, checks of the input.
 */
#include "stat/metric.h"

#include <math.h>
#include <string.h>

#include "math/elem.h"
#include "stat/metric_internal.h"

#define CLIP 2.220446049250313e-16	/* as scikit-learn clips log_loss */

struct metric *
metric_add(struct metrics *out, const char *name, double value, double low,
    double high, const char *how)
{
	struct metric *m = &out->m[out->n];

	/* what has no value is not told */
	out->n += !isnan(value);
	*m = (struct metric){ name, value, low, high, isnan(low) ? NULL : how };
	return m;
}

void
metric_bound(struct metric *m, double rows)
{
	struct interval w;

	if (!isnan(m->low) || !(m->value >= 0 && m->value <= 1))
		return;
	w = interval_wilson(m->value, rows);
	*m = (struct metric){ m->name, m->value, w.low, w.high, "wilson" };
}

void
metric_add_share(struct metrics *out, const char *name, size_t k, size_t n)
{
	metric_bound(metric_add(out, name, n ? (double)k / (double)n : 0, NAN,
	    NAN, NULL), (double)n);
}

double
block_sum(const double *v, size_t n, const double *centre)
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

struct metric *
metric_add_mean(struct metrics *out, const char *name, const double *v,
    size_t n)
{
	double mean = block_sum(v, n, NULL) / (double)n, half = NAN;
	bool varies = false;

	for (size_t i = 1; i < n && !varies; i++)
		varies = v[i] != v[0];
	if (varies)
		half = Z95 * sqrt(block_sum(v, n, &mean) / (double)(n - 1) /
		    (double)n);
	return metric_add(out, name, mean, mean - half, mean + half, "normal");
}

int
metric_rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double
metric_log_loss(double p, int y)
{
	p = p < CLIP ? CLIP : p > 1 - CLIP ? 1 - CLIP : p;
	return -m_log(y ? p : 1 - p);
}

int
metric_check_rows(size_t n, struct err *e)
{
	if (n == 0)
		return err_set(e, ERR_FORMAT, "there are no rows");
	if (n > UINT32_MAX)
		return err_set(e, ERR_TOOBIG, "more than 2^32 rows");
	return 0;
}

int
metric_check_scores(const double *p, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(p[i]))
			return err_set(e, ERR_FORMAT,
			    "row %zu has no finite score", i + 1);
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

int
metric_better(const char *name)
{
	static const char *const more[] = {
		"auc", "average_precision", "accuracy", "precision", "recall",
		"specificity", "f1", "ks", "auc_ovr", "f1_macro", "f1_weighted",
		"r2"
	};
	static const char *const less[] = {
		"logloss", "brier", "ece", "rmse", "mae", "median_ae", "pinball",
		"poisson_deviance", "gamma_deviance"
	};
	const char *dot = strrchr(name, '.');

	name = dot != NULL ? dot + 1 : name;
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
		if (strcmp(name, more[i]) == 0)
			return 1;
	for (size_t i = 0; i < sizeof(less) / sizeof(*less); i++)
		if (strcmp(name, less[i]) == 0)
			return -1;
	return 0;
}
