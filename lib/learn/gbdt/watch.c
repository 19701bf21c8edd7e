/* Metrics of the validation rows between rounds. */
#include "learn/gbdt/watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/elem.h"
#include "stat/metric.h"

#define LEAST 1e-10		/* answers below it count as it, as in LightGBM */
#define LEAST_SHARE 1e-15

static bool
of_numbers(enum task t)
{
	return t == TASK_REGRESSION;
}

static bool
of_two(enum task t)
{
	return t == TASK_BINARY;
}

static bool
of_several(enum task t)
{
	return t == TASK_MULTICLASS;
}

#define ROW_ERROR(name) \
	static double name(const double *answer, size_t k, \
	    const struct frame *f, size_t row, \
	    const struct objective_settings *set)

ROW_ERROR(row_l1)
{
	(void)k;
	(void)set;
	return fabs(answer[0] - f->y[row]);
}

ROW_ERROR(row_l2)
{
	double d = row_l1(answer, k, f, row, set);

	return d * d;
}

ROW_ERROR(row_mape)
{
	double y = fabs(f->y[row]);

	return row_l1(answer, k, f, row, set) / (y > 1 ? y : 1);
}

ROW_ERROR(row_huber)
{
	double far = row_l1(answer, k, f, row, set);

	return far <= set->alpha ? far * far / 2 : set->alpha * (far -
	    set->alpha / 2);
}

ROW_ERROR(row_quantile)
{
	double d = f->y[row] - answer[0];

	(void)k;
	return d < 0 ? (set->alpha - 1) * d : set->alpha * d;
}

ROW_ERROR(row_poisson)
{
	double a = answer[0] < LEAST ? LEAST : answer[0];

	(void)k;
	(void)set;
	return a - f->y[row] * m_log(a);
}

ROW_ERROR(row_tweedie)
{
	double s = m_log(answer[0] < LEAST ? LEAST : answer[0]);
	double rho = set->tweedie_variance_power;

	(void)k;
	return m_exp((2 - rho) * s) / (2 - rho) - (rho > 1 ? f->y[row] *
	    m_exp((1 - rho) * s) / (1 - rho) : f->y[row] * s);
}

ROW_ERROR(row_binary_logloss)
{
	double p = f->y_class[row] == f->positive ? answer[0] :
	    1 - answer[0];

	(void)k;
	(void)set;
	return -m_log(p > LEAST_SHARE ? p : LEAST_SHARE);
}

ROW_ERROR(row_binary_error)
{
	(void)k;
	(void)set;
	return (answer[0] > 0.5) != (f->y_class[row] == f->positive);
}

ROW_ERROR(row_multi_logloss)
{
	double p = answer[f->y_class[row]];

	(void)k;
	(void)set;
	return -m_log(p > LEAST_SHARE ? p : LEAST_SHARE);
}

/* Any class as likely as the right one makes it wrong. */
ROW_ERROR(row_multi_error)
{
	uint32_t y = f->y_class[row];

	(void)set;
	for (size_t c = 0; c < k; c++)
		if (c != y && answer[c] >= answer[y])
			return 1;
	return 0;
}

/* Of the rows that weigh something. */
static double
auc_of_rows(const double *answer, const struct frame *f)
{
	double *p = xalloc(f->rows + 1, sizeof(*p)), auc;
	uint8_t *y = xalloc(f->rows + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < f->rows; i++) {
		if (f->weight && f->weight[i] == 0)
			continue;
		p[n] = answer[i];
		y[n++] = f->y_class[i] == f->positive;
	}
	auc = metric_auc(p, y, n);
	free(p);
	free(y);
	return auc;
}

static const struct watch watches[] = {
	{ "l1", false, of_numbers, row_l1, NULL, NULL },
	{ "l2", false, of_numbers, row_l2, NULL, NULL },
	{ "rmse", false, of_numbers, row_l2, NULL, sqrt },
	{ "mape", false, of_numbers, row_mape, NULL, NULL },
	{ "huber", false, of_numbers, row_huber, NULL, NULL },
	{ "quantile", false, of_numbers, row_quantile, NULL, NULL },
	{ "poisson", false, of_numbers, row_poisson, NULL, NULL },
	{ "tweedie", false, of_numbers, row_tweedie, NULL, NULL },
	{ "binary_logloss", false, of_two, row_binary_logloss, NULL, NULL },
	{ "binary_error", false, of_two, row_binary_error, NULL, NULL },
	{ "auc", true, of_two, NULL, auc_of_rows, NULL },
	{ "multi_logloss", false, of_several, row_multi_logloss, NULL, NULL },
	{ "multi_error", false, of_several, row_multi_error, NULL, NULL },
};

const struct watch *
watch_find(const char *name)
{
	for (size_t i = 0; i < sizeof(watches) / sizeof(*watches); i++)
		if (strcmp(name, watches[i].name) == 0)
			return &watches[i];
	return NULL;
}

/* (rows, k): what the model answers. */
static double *
answers_of(const struct objective *ob, const struct objective_pass *p)
{
	size_t n = p->f->rows, k = p->k;
	double *a = xalloc(n * k + 1, sizeof(*a));

	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < k; c++)
			a[i * k + c] = p->score[c * n + i];
		ob->link(a + i * k, k);
	}
	return a;
}

double
watch_value(const struct watch *w, const struct objective *ob,
    const struct objective_pass *p, struct pool *pool)
{
	const struct frame *f = p->f;
	double *a, sum = 0, weights = 0, v;

	if (w == NULL)
		return objective_run(ob, p, pool);
	a = answers_of(ob, p);
	for (size_t i = 0; w->row && i < f->rows; i++) {
		double weight = f->weight ? f->weight[i] : 1;

		sum += weight * w->row(a + i * p->k, p->k, f, i, &p->set);
		weights += weight;
	}
	v = w->row ? sum / weights : w->all(a, f);
	free(a);
	return w->end ? w->end(v) : v;
}
