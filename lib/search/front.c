/* The best trial, or the Pareto front. */
#include "search/front.h"

#include <math.h>

/* Is a at least as good as b everywhere, and better somewhere? */
static bool
is_dominating(const struct study *s, size_t a, size_t b)
{
	const double *ya = study_objectives(s, a), *yb = study_objectives(s, b);
	bool better = false;

	for (size_t k = 0; k < s->n_objectives; k++) {
		double d = s->maximize[k] ? ya[k] - yb[k] : yb[k] - ya[k];

		if (ya[k] == yb[k])
			continue;	/* infinities, too */
		if (!(d > 0))
			return false;
		better = true;
	}
	return better;
}

static bool
is_candidate(const struct study *s, size_t i)
{
	const struct trial *t = &s->trial[i];

	if (t->state != TRIAL_COMPLETE || !t->has_value || t->violation > 0)
		return false;
	for (size_t k = 0; k < s->n_objectives; k++)
		if (isnan(study_objectives(s, i)[k]))
			return false;
	return true;
}

/* Added to the front; those it beats leave. */
static size_t
offer_trial(size_t *front, size_t n, const struct study *s, size_t i)
{
	size_t kept = 0;

	for (size_t k = 0; k < n; k++)
		if (is_dominating(s, front[k], i) ||
		    (s->n_objectives == 1 && !is_dominating(s, i, front[k])))
			return n;
	for (size_t k = 0; k < n; k++)
		if (!is_dominating(s, i, front[k]))
			front[kept++] = front[k];
	front[kept++] = i;
	return kept;
}

size_t
study_front(const size_t **number, struct arena *a, const struct study *s)
{
	size_t *front = arena_alloc(a, (s->n + 1) * sizeof(*front)), n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (is_candidate(s, i))
			n = offer_trial(front, n, s, i);
	*number = front;
	return n;
}
