/* Asynchronous successive halving, with Optuna's verdicts. */
#include "search/pruners/halving.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static size_t
count_rungs(const struct trial *t)
{
	size_t n = 0;

	while (n < t->n_rungs && !isnan(t->rung[n]))
		n++;
	return n;
}

static int
compare_values(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Is `value` among the best 1/reduction of those at this rung?  Fewer than
 * `reduction` of them: is it the best? */
static bool
is_promoted(const struct study *s, size_t number, size_t rung, double value,
    const struct bracket *b)
{
	double *all = xalloc(s->n + 1, sizeof(*all)), bound;
	size_t n = 0, k;

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = &s->trial[i];

		if (i != number && rung < t->n_rungs && !isnan(t->rung[rung]) &&
		    (b->has == NULL || b->has(b->ctx, s, i)))
			all[n++] = t->rung[rung];
	}
	all[n++] = value;
	if ((double)n <= b->bootstrap) {
		free(all);
		return false;
	}
	qsort(all, n, sizeof(*all), compare_values);
	k = n / (size_t)b->reduction;
	k = k ? k - 1 : 0;
	bound = s->maximize[0] ? all[n - 1 - k] : all[k];
	free(all);
	return s->maximize[0] ? value >= bound : value <= bound;
}

void
halving_judge(struct verdict *v, const struct study *s, size_t number,
    const struct bracket *b)
{
	const struct trial *t = &s->trial[number];
	const struct trial_step *last = trial_last_step(t);
	size_t rung = count_rungs(t);
	double due;

	if (last == NULL || b->min_resource <= 0)
		return;
	for (; rung < RUNGS_MAX && v->n_rungs < RUNGS_MAX; rung++) {
		due = b->min_resource;
		for (size_t i = 0; i < rung + (size_t)b->first_rung; i++)
			due *= b->reduction;
		if ((double)last->step < due)
			return;
		v->prune = true;
		if (isnan(last->value))
			return;
		v->rung[v->n_rungs].rung = rung;
		v->rung[v->n_rungs++].value = last->value;
		if (!is_promoted(s, number, rung, last->value, b))
			return;
		v->prune = false;
	}
}

/* --- asha ------------------------------------------------------------------ */

enum { MIN_RESOURCE, REDUCTION, FIRST_RUNG, BOOTSTRAP };

static const struct setting asha_settings[] = {
	/* 0: a hundredth of the steps of the trial that completed first */
	{ "min_resource", 0, 0, 1e9, true },
	{ "reduction_factor", 4, 2, 1000, true },
	{ "min_early_stopping_rate", 0, 0, 60, true },
	{ "bootstrap_count", 0, 0, 1e6, true },
	{ NULL, 0, 0, 0, false }
};

static void
judge_asha(struct verdict *v, const struct study *s, size_t number,
    const double *set)
{
	struct bracket b = { .min_resource = set[MIN_RESOURCE],
	    .reduction = set[REDUCTION], .first_rung = set[FIRST_RUNG],
	    .bootstrap = set[BOOTSTRAP] };

	if (b.min_resource == 0 && s->first_last_step >= 0)
		b.min_resource = fmax(floor((double)s->first_last_step / 100), 1);
	halving_judge(v, s, number, &b);
}

const struct pruner pruner_asha = {
	.name = "asha", .settings = asha_settings, .judge = judge_asha,
};
