/*
 * The tree-structured Parzen estimator (Bergstra 2011), as Optuna 5 has it:
 * one density of all parameters, trials that run counted among the bad ones,
 * and where parameters are conditional a density for each group of those that
 * come together.
 */
#include "search/samplers/tpe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/sampler.h"
#include "search/samplers/rank.h"

enum { STARTUP, CANDIDATES };

static const struct setting tpe_settings[] = {
	{ "n_startup_trials", 10, 0, 1e6, true },
	{ "n_ei_candidates", 24, 1, 10000, true },
	{ NULL, 0, 0, 0, false }
};

#define GOOD_MAX 25

/* How many of n trials are good ones. */
static size_t
count_good(size_t n, size_t n_objectives)
{
	size_t k = (size_t)ceil(0.1 * (double)n);

	return n_objectives == 1 && k > GOOD_MAX ? GOOD_MAX : k;
}

/* The values of chosen trials that have all parameters, row by row. */
static size_t
collect_rows(double *out, const struct past *past, const bool *chosen,
    const size_t *dim, size_t n_dims)
{
	size_t n = 0;

	for (size_t i = 0; i < past->n; i++) {
		const double *x = past->trial[i].x;
		bool whole = chosen[i];

		for (size_t k = 0; k < n_dims && whole; k++) {
			out[n * n_dims + k] = x[dim[k]];
			whole = !isnan(x[dim[k]]);
		}
		n += whole;
	}
	return n;
}

void
tpe_build(struct tpe *t, struct arena *a, const struct past *past,
    const size_t *dim, size_t n_dims)
{
	const struct space_param **param = arena_alloc(a, n_dims * sizeof(*param));
	double *rows = arena_alloc(a, (past->n + 1) * n_dims * sizeof(*rows));
	size_t *order = arena_alloc(a, (past->n + 1) * sizeof(*order)), n, good;
	bool *chosen = arena_alloc(a, past->n + 1);

	for (size_t k = 0; k < n_dims; k++)
		param[k] = &past->space->param[dim[k]];
	n = rank_ended(order, past);
	good = count_good(n, past->n_objectives);
	for (size_t i = 0; i < good; i++)
		chosen[order[i]] = true;
	n = collect_rows(rows, past, chosen, dim, n_dims);
	parzen_build(&t->good, a, param, n_dims, rows, n, past->n_objectives > 1);
	for (size_t i = 0; i < past->n; i++)
		chosen[i] = !chosen[i];
	n = collect_rows(rows, past, chosen, dim, n_dims);
	parzen_build(&t->rest, a, param, n_dims, rows, n, false);
}

/* The candidate of the good density that is best against the rest. */
static void
draw_group(double *x, struct sampling *s, const size_t *dim, size_t n_dims)
{
	size_t n = (size_t)s->set[CANDIDATES], best = 0;
	struct arena a = { NULL, 0 };
	double *point = arena_alloc(&a, n * n_dims * sizeof(*point));
	double *good = arena_alloc(&a, n * sizeof(*good));
	double *rest = arena_alloc(&a, n * sizeof(*rest));
	struct tpe t;

	tpe_build(&t, &a, s->past, dim, n_dims);
	for (size_t i = 0; i < n; i++)
		parzen_draw(point + i * n_dims, &t.good, &s->rng);
	parzen_log_density(good, &a, &t.good, point, n);
	parzen_log_density(rest, &a, &t.rest, point, n);
	for (size_t i = 1; i < n; i++)
		if (good[i] - rest[i] > good[best] - rest[best])
			best = i;
	for (size_t k = 0; k < n_dims; k++)
		x[dim[k]] = point[best * n_dims + k];
	arena_free(&a);
}

/* --- groups ---------------------------------------------------------------- */

/* Split group numbers by what one trial has: those of a group that it has
 * become a group of their own. */
static size_t
split_groups(size_t *group, size_t n_groups, const double *x, size_t n)
{
	size_t *new_group = xalloc(n_groups + 1, sizeof(*new_group));
	bool *absent = xalloc(n_groups + 1, sizeof(*absent));

	for (size_t i = 0; i < n; i++)
		absent[group[i]] |= isnan(x[i]);
	for (size_t i = 0; i < n; i++) {
		size_t g = group[i];

		if (isnan(x[i]) || !absent[g])
			continue;
		if (new_group[g] == 0)
			new_group[g] = n_groups++;
		group[i] = new_group[g];
		if (n_groups > n)
			break;		/* as many as there can be */
	}
	free(absent);
	free(new_group);
	return n_groups;
}

/* Parameters that always come together; of one value none. */
static size_t
find_groups(size_t *group, const struct past *past)
{
	size_t n = past->space->n, n_groups = 1;

	memset(group, 0, n * sizeof(*group));
	if (!space_is_conditional(past->space))
		return 1;
	for (size_t i = 0; i < past->n; i++)
		if (past->trial[i].state != TRIAL_RUNNING)
			n_groups = split_groups(group, n_groups, past->trial[i].x, n);
	return n_groups;
}

static int
draw_tpe(double *x, struct sampling *s, struct err *e)
{
	const struct space *space = s->past->space;
	size_t *group, *dim, n_groups;

	(void)e;
	space_draw(x, space, &s->rng);
	if ((double)s->past->n_ended < s->set[STARTUP])
		return 0;
	group = xalloc(space->n, sizeof(*group));
	dim = xalloc(space->n, sizeof(*dim));
	n_groups = find_groups(group, s->past);
	for (size_t g = 0; g < n_groups; g++) {
		size_t n = 0;

		for (size_t i = 0; i < space->n; i++)
			if (group[i] == g && !space_is_single(&space->param[i]))
				dim[n++] = i;
		/* of several values each is drawn by itself, as in Optuna */
		for (size_t k = 0; k < n && s->past->n_objectives > 1; k++)
			draw_group(x, s, dim + k, 1);
		if (n && s->past->n_objectives == 1)
			draw_group(x, s, dim, n);
	}
	free(dim);
	free(group);
	return 0;
}

const struct sampler sampler_tpe = {
	.name = "tpe", .settings = tpe_settings, .draw = draw_tpe,
};
