/*
 * search/past.h - what a sampler sees of a study: the trials that count, as
 * the space of today sees them.
 */
#ifndef SEARCH_PAST_H
#define SEARCH_PAST_H

#include "base/arena.h"
#include "base/err.h"
#include "search/space.h"
#include "search/study/study.h"

/* Trials that count: those that ended well or were pruned, and those that
 * run now, by number. */
struct past_trial {
	size_t number;
	enum trial_state state;
	const double *x;		/* (space n), NAN where it has none */
	const double *y;		/* (objectives), the less the better */
	const struct trial_step *last;	/* last report, or NULL */
	double violation;
};

struct past {
	const struct space *space;
	size_t n_objectives;
	bool maximize;			/* the one objective, as reported */
	struct past_trial *trial;
	size_t n, n_ended;
	struct arena arena;
};

int past_read(struct past *out, struct study *s, const struct space *space,
    struct err *e);
void past_release(struct past *p);

#endif
