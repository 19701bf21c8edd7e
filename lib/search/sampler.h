/*
 * search/sampler.h - who decides what to try next: a struct of a name, its
 * settings and one function, and a file each under samplers/.
 *
 * A sampler sees the past and draws a value for every parameter; what the
 * space's conditions rule out is taken away afterwards.  Its random numbers
 * come from the study's seed and the trial's number alone, so that the same
 * past gives the same trial, whoever asks.
 */
#ifndef SEARCH_SAMPLER_H
#define SEARCH_SAMPLER_H

#include "base/err.h"
#include "base/rng.h"
#include "search/setting.h"
#include "search/past.h"

struct sampling {
	const struct past *past;
	const double *set;		/* the sampler's settings */
	uint64_t seed;
	size_t number;			/* of the trial that is asked for */
	struct rng rng;
};

struct sampler {
	const char *name;
	const struct setting *settings;	/* or NULL */
	/* Refuse a space it cannot search, when a study is made; or NULL. */
	int (*check)(const struct space *space, size_t n_objectives,
	    struct err *e);
	/* x (space n).  ERR_NO: everything has been tried. */
	int (*draw)(double *x, struct sampling *s, struct err *e);
};

#define SAMPLERS(S) S(random) S(grid) S(sobol) S(tpe) S(cmaes) S(gp) \
	S(nsga2)
#define S(name) extern const struct sampler sampler_##name;
SAMPLERS(S)
#undef S

/* NULL when there is none of that name. */
const struct sampler *sampler_find(const char *name);
/* The one that was probably meant, or NULL. */
void sampler_names(struct buf *b);	/* "one two ..." */
#endif
