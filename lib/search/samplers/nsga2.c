/*
 * NSGA-II (Deb 2002): generations of trials by their numbers; the best of all
 * that came before a generation, by front and crowding, are its parents.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "search/sampler.h"
#include "search/samplers/rank.h"

enum { POPULATION, CROSSOVER, SWAPPING, MUTATION };

static const struct setting nsga2_settings[] = {
	{ "population_size", 50, 2, 10000, true },
	{ "crossover_prob", 0.9, 0, 1, false },
	{ "swapping_prob", 0.5, 0, 1, false },
	/* 0: one parameter of all */
	{ "mutation_prob", 0, 0, 1, false },
	{ NULL, 0, 0, 0, false }
};

/* Trials in the order of their worth, generation by generation. */
static size_t
find_parents(struct past_trial *parent, const struct past *past,
    size_t population, size_t generation)
{
	struct past all = *past;
	size_t *order = xalloc(past->n + 1, sizeof(*order)), n = 0, next = 0;

	all.trial = xalloc(past->n + 1, sizeof(*all.trial));
	for (size_t g = 0; g < generation; g++) {
		for (size_t i = 0; i < n; i++)
			all.trial[i] = parent[i];
		all.n = n;
		for (; next < past->n && past->trial[next].number < (g + 1) * population; next++)
			if (past->trial[next].state != TRIAL_RUNNING)
				all.trial[all.n++] = past->trial[next];
		n = rank_ended(order, &all);
		n = n < population ? n : population;
		for (size_t i = 0; i < n; i++)
			parent[i] = all.trial[order[i]];
	}
	free(all.trial);
	free(order);
	return n;
}

/* Of two by chance the one that stands before. */
static const double *
choose_parent(const struct past_trial *parent, size_t n, struct rng *rng)
{
	size_t a = (size_t)rng_below(rng, n), b = (size_t)rng_below(rng, n);

	return parent[a < b ? a : b].x;
}

static int
draw_nsga2(double *x, struct sampling *s, struct err *e)
{
	size_t population = (size_t)s->set[POPULATION], n_dims = s->past->space->n, n;
	double mutation = s->set[MUTATION] > 0 ? s->set[MUTATION] : 1 / (double)n_dims;
	struct past_trial *parent = xalloc(s->past->n + 1, sizeof(*parent));
	const double *one, *other;

	(void)e;
	space_draw(x, s->past->space, &s->rng);
	n = find_parents(parent, s->past, population, s->number / population);
	if (n >= 2) {
		one = choose_parent(parent, n, &s->rng);
		other = rng_f64(&s->rng) < s->set[CROSSOVER] ?
		    choose_parent(parent, n, &s->rng) : one;
		for (size_t i = 0; i < n_dims; i++) {
			double v = rng_f64(&s->rng) < s->set[SWAPPING] ? other[i] : one[i];

			/* what neither had was drawn above */
			if (rng_f64(&s->rng) >= mutation && !isnan(v))
				x[i] = v;
		}
	}
	free(parent);
	return 0;
}

const struct sampler sampler_nsga2 = {
	.name = "nsga2", .settings = nsga2_settings, .draw = draw_nsga2,
};
