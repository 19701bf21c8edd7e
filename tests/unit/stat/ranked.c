/* Rows by falling score, in constant memory, beside the metrics of arrays. */
#include "stat/ranked.h"

#include <stdlib.h>

#include "base/rng.h"
#include "stat/metric.h"
#include "../tap.h"

static int
falling(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x < *y) - (*x > *y);
}

static void
agrees(size_t n, unsigned levels, const char *what)
{
	double *p = calloc(n, sizeof(*p));
	uint8_t *y = calloc(n, 1);
	struct ranked r = { 0 };
	struct ranked_auc auc;
	const struct metric *m;
	struct metrics want;
	struct err e = ERR_INIT;
	struct rng g;

	rng_seed(&g, n, levels);
	for (size_t i = 0; i < n; i++)
		p[i] = (double)rng_below(&g, levels) / levels;
	qsort(p, n, sizeof(*p), falling);
	for (size_t i = 0; i < n; i++) {
		y[i] = rng_f64(&g) < p[i];
		ranked_add(&r, p[i], y[i]);
	}
	ranked_auc(&auc, &r);
	metrics_binary(&want, p, y, n, 0.5, 1, 1, &e);
	m = metrics_find(&want, "auc");
	ok(m != NULL && fabs(auc.value - m->value) < 1e-12 &&
	    fabs(auc.low - m->low) < 1e-12 && fabs(auc.high - m->high) <
	    1e-12, "%s: the area and its interval", what);
	m = metrics_find(&want, "logloss");
	ok(fabs(r.loss.sum / r.loss.n - m->value) < 1e-12 &&
	    fabs(ranked_mean_half(&r.loss) - (m->high - m->value)) < 1e-12,
	    "%s: the loss and its interval", what);
	free(p);
	free(y);
}

static void
one_class(void)
{
	struct ranked r = { 0 };
	struct ranked_auc auc;

	ranked_add(&r, 2, true);
	ranked_add(&r, 1, true);
	ranked_auc(&auc, &r);
	ok(isnan(auc.value), "one class alone has no area");
	ok(r.no_probability, "scores beyond 0 to 1 have no loss");
}

int
main(void)
{
	agrees(500, 100000, "hardly a tie");
	agrees(500, 7, "ties");
	agrees(12, 3, "few rows");
	one_class();
	return tap_done();
}
