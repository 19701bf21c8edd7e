/* Stop a trial that has not become better for some reports. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/pruner.h"

enum { PATIENCE, MIN_DELTA };

static const struct setting patient_settings[] = {
	{ "patience", 5, 0, 1e6, true },
	{ "min_delta", 0, 0, 1e300, false },
	{ NULL, 0, 0, 0, false }
};

static int
compare_steps(const void *a, const void *b)
{
	const struct trial_step *x = a, *y = b;

	return (x->step > y->step) - (x->step < y->step);
}

static double
best_of(const struct study *s, const struct trial_step *step, size_t n)
{
	double best = NAN;

	for (size_t i = 0; i < n; i++)
		if (!isnan(step[i].value) && (isnan(best) ||
		    study_is_better(s, step[i].value, best)))
			best = step[i].value;
	return best;
}

static void
judge_patient(struct verdict *v, const struct study *s, size_t number,
    const double *set)
{
	const struct trial *t = &s->trial[number];
	size_t late = (size_t)set[PATIENCE] + 1;
	double sign = s->maximize[0] ? -1 : 1, before, after;
	struct trial_step *step;

	if (t->n_steps <= late)
		return;
	step = xalloc(t->n_steps, sizeof(*step));
	memcpy(step, t->step, t->n_steps * sizeof(*step));
	qsort(step, t->n_steps, sizeof(*step), compare_steps);
	before = best_of(s, step, t->n_steps - late);
	after = best_of(s, step + t->n_steps - late, late);
	v->prune = sign * (before + sign * set[MIN_DELTA]) < sign * after;
	free(step);
}

const struct pruner pruner_patient = {
	.name = "patient", .settings = patient_settings, .judge = judge_patient,
};
