/* Trials in the order of their worth. */
#include "search/samplers/rank.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

bool
rank_beats(const double *a, const double *b, size_t n)
{
	bool less = false;

	for (size_t i = 0; i < n; i++) {
		if (a[i] > b[i])
			return false;
		less |= a[i] < b[i];
	}
	return less;
}

struct worth {
	size_t i;
	double first, second, third;	/* the less the better */
};

static int
compare_worth(const void *a, const void *b)
{
	const struct worth *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	if (x->third != y->third)
		return x->third < y->third ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

static void
add_crowding(double *crowding, const double *const *y, struct worth *w,
    size_t n, size_t k)
{
	double wide;

	for (size_t i = 0; i < n; i++)
		w[i].first = y[w[i].i][k];
	qsort(w, n, sizeof(*w), compare_worth);
	wide = w[n - 1].first - w[0].first;
	crowding[w[0].i] = crowding[w[n - 1].i] = INFINITY;
	for (size_t i = 1; i + 1 < n && wide > 0; i++)
		crowding[w[i].i] += (w[i + 1].first - w[i - 1].first) / wide;
}

void
rank_fronts(size_t *front, double *crowding, const double *const *y,
    size_t n, size_t m)
{
	struct worth *w = xalloc(n + 1, sizeof(*w));
	size_t placed = 0;

	for (size_t i = 0; i < n; i++) {
		front[i] = SIZE_MAX;
		crowding[i] = 0;
	}
	for (size_t f = 0; placed < n; f++) {
		size_t here = 0;

		for (size_t i = 0; i < n; i++) {
			bool beaten = front[i] < f;

			for (size_t k = 0; k < n && !beaten; k++)
				beaten = front[k] >= f && rank_beats(y[k], y[i], m);
			if (!beaten)
				w[here++] = (struct worth){ .i = i };
		}
		for (size_t i = 0; i < here; i++)
			front[w[i].i] = f;
		for (size_t k = 0; k < m && here; k++)
			add_crowding(crowding, y, w, here, k);
		placed += here;
	}
	free(w);
}

static void
set_fronts(struct worth *w, const struct past *past, size_t n)
{
	const double **y = xalloc(n + 1, sizeof(*y));
	double *crowding = xalloc(n + 1, sizeof(*crowding));
	size_t *front = xalloc(n + 1, sizeof(*front)), k = 0;

	for (size_t i = 0; i < n; i++)
		if (w[i].first == 0)
			y[k++] = past->trial[w[i].i].y;
	rank_fronts(front, crowding, y, k, past->n_objectives);
	k = 0;
	for (size_t i = 0; i < n; i++)
		if (w[i].first == 0) {
			w[i].second = (double)front[k];
			w[i].third = -crowding[k++];
		}
	free(y);
	free(front);
	free(crowding);
}

size_t
rank_ended(size_t *order, const struct past *past)
{
	struct worth *w = xalloc(past->n + 1, sizeof(*w));
	size_t n = 0;

	for (size_t i = 0; i < past->n; i++) {
		const struct past_trial *t = &past->trial[i];
		double v;

		if (t->state == TRIAL_RUNNING)
			continue;
		if (t->violation > 0) {
			w[n++] = (struct worth){ i, 2, t->violation, 0 };
		} else if (t->state == TRIAL_COMPLETE) {
			w[n++] = (struct worth){ i, 0, t->y[0], 0 };
		} else if (t->last == NULL) {
			w[n++] = (struct worth){ i, 1, 1, 0 };
		} else {
			v = past->maximize ? -t->last->value : t->last->value;
			w[n++] = (struct worth){ i, 1, -(double)t->last->step,
			    isnan(v) ? INFINITY : v };
		}
	}
	if (past->n_objectives > 1)
		set_fronts(w, past, n);
	qsort(w, n, sizeof(*w), compare_worth);
	for (size_t i = 0; i < n; i++)
		order[i] = w[i].i;
	free(w);
	return n;
}
