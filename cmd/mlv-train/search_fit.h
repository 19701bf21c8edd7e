/*
 * search_fit.h - a trial of 'mlv-train search run' that is a fit of our own
 * learner, with the trial's values among its parameters.
 */
#ifndef MLV_TRAIN_SEARCH_FIT_H
#define MLV_TRAIN_SEARCH_FIT_H

#include "fitting.h"
#include "flow/search/search.h"

struct search_fit {
	struct cli *cli;
	struct fitting_opts *opts;
	const char **metric;		/* (n), one a direction */
	size_t n;
	bool reported;			/* the study has a pruner */
};

/* Ready to fit, with the study's space checked against the learner; 0, or the
 * exit status after a message. */
int search_fit_init(struct search_fit *f, struct cli *c,
    struct fitting_opts *o, const char *data, const struct study *s,
    const struct study_setup *setup, const struct texts *metrics);
/* Of struct search_request. */
int search_fit_trial(void *ctx, struct search_trial *t, struct err *e);
/* The model of the study's best trial, put at `path`. */
int search_fit_deliver(struct cli *c, struct study *s, const char *path,
    struct err *e);

#endif
