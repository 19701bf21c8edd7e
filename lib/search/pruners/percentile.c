/* Stop a trial whose best value so far is worse than a percentile of what
 * complete trials had at the same step; the median is the 50th. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "search/pruner.h"

enum { STARTUP, WARMUP, INTERVAL, MIN_TRIALS, PERCENTILE };

#define SHARED \
	{ "n_startup_trials", 5, 0, 1e6, true }, \
	{ "n_warmup_steps", 0, 0, 1e9, true }, \
	{ "interval_steps", 1, 1, 1e9, true }, \
	{ "n_min_trials", 1, 1, 1e6, true }

static const struct setting median_settings[] = {
	SHARED,
	{ NULL, 0, 0, 0, false }
};

static const struct setting percentile_settings[] = {
	SHARED,
	{ "percentile", 25, 0, 100, false },
	{ NULL, 0, 0, 0, false }
};

static size_t
count_complete(const struct study *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->trial[i].state == TRIAL_COMPLETE;
	return n;
}

/* Was nothing reported since the last step at which it was to be judged? */
static bool
is_due(const struct trial *t, int64_t step, const double *set)
{
	int64_t warmup = (int64_t)set[WARMUP], every = (int64_t)set[INTERVAL];
	int64_t due = (step - warmup) / every * every + warmup, before = -1;

	for (size_t i = 0; i < t->n_steps; i++)
		if (t->step[i].step != step && t->step[i].step > before)
			before = t->step[i].step;
	return before < due;
}

static double
best_value(const struct study *s, const struct trial *t)
{
	double best = NAN;

	for (size_t i = 0; i < t->n_steps; i++) {
		double v = t->step[i].value;

		if (!isnan(v) && (isnan(best) || study_is_better(s, v, best)))
			best = v;
	}
	return best;
}

static int
compare_values(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* numpy's linear percentile of n sorted values, to the bit. */
static double
percentile_of(const double *v, size_t n, double percent)
{
	double at = (double)(n - 1) * (percent / 100), t;
	size_t k = (size_t)floor(at);
	double low = v[k], high = v[k + 1 < n ? k + 1 : k];

	t = at - (double)k;
	return t >= 0.5 ? high - (high - low) * (1 - t) : low + (high - low) * t;
}

/* Of complete trials at this step; NAN when too few have it. */
static double
find_bound(const struct study *s, int64_t step, const double *set,
    double percent)
{
	double *v = xalloc(s->n + 1, sizeof(*v)), bound = NAN;
	size_t n = 0, all = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct trial *t = &s->trial[i];

		for (size_t k = 0; t->state == TRIAL_COMPLETE && k < t->n_steps; k++) {
			if (t->step[k].step != step)
				continue;
			all++;
			if (!isnan(t->step[k].value))
				v[n++] = t->step[k].value;
		}
	}
	if ((double)all >= set[MIN_TRIALS] && n) {
		qsort(v, n, sizeof(*v), compare_values);
		bound = percentile_of(v, n, s->maximize[0] ? 100 - percent : percent);
	}
	free(v);
	return bound;
}

static void
judge_by(struct verdict *v, const struct study *s, size_t number,
    const double *set, double percent)
{
	const struct trial *t = &s->trial[number];
	const struct trial_step *last = trial_last_step(t);
	size_t complete = count_complete(s);
	double best, bound;

	if (complete == 0 || (double)complete < set[STARTUP] || last == NULL ||
	    (double)last->step < set[WARMUP] || !is_due(t, last->step, set))
		return;
	best = best_value(s, t);
	bound = find_bound(s, last->step, set, percent);
	v->prune = isnan(best) || (!isnan(bound) && study_is_better(s, bound, best));
}

static void
judge_median(struct verdict *v, const struct study *s, size_t number,
    const double *set)
{
	judge_by(v, s, number, set, 50);
}

static void
judge_percentile(struct verdict *v, const struct study *s, size_t number,
    const double *set)
{
	judge_by(v, s, number, set, set[PERCENTILE]);
}

const struct pruner pruner_median = {
	.name = "median", .settings = median_settings, .judge = judge_median,
};
const struct pruner pruner_percentile = {
	.name = "percentile", .settings = percentile_settings,
	.judge = judge_percentile,
};
