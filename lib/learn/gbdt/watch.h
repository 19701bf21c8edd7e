/*
 * learn/gbdt/watch.h - what the validation rows are watched by, under
 * LightGBM's names: by default the objective's loss, or another metric.
 */
#ifndef LEARN_GBDT_WATCH_H
#define LEARN_GBDT_WATCH_H

#include "learn/objective.h"

struct watch {
	const char *name;
	bool more;			/* larger is better */
	bool (*for_task)(enum task t);
	/* The error of a row whose answer is known, NULL: of all rows. */
	double (*row)(const double *answer, size_t k, const struct frame *f,
	    size_t row, const struct objective_settings *set);
	double (*all)(const double *answer, const struct frame *f);
	double (*end)(double mean);	/* or NULL */
};

/* By name; NULL: there is none. */
const struct watch *watch_find(const char *name);
/* w NULL: the loss of the objective. */
double watch_value(const struct watch *w, const struct objective *ob,
    const struct objective_pass *p, struct pool *pool);

#endif
