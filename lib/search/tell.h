/*
 * search/tell.h - what becomes of a trial: reported while it runs, told when
 * it has ended.
 */
#ifndef SEARCH_TELL_H
#define SEARCH_TELL_H

#include "search/setup.h"
#include "search/study/study.h"

/* A value at a step.  *prune: the study's pruner says stop, and the trial is
 * told as pruned; it stays so.  ERR_NO when the trial has ended otherwise. */
int study_report(bool *prune, struct study *s,
    const struct study_setup *setup, int64_t number, int64_t step,
    double value, struct err *e);

struct trial_constraint {
	const char *name;
	double value;			/* above 0: broken */
};

struct trial_end {
	enum trial_state state;		/* COMPLETE, PRUNED or FAIL */
	const double *value;		/* (n), of COMPLETE alone */
	size_t n;
	const struct trial_constraint *constraint;
	size_t n_constraints;
	const char *run;		/* the run it was, or NULL */
};

/* The first tell holds: ERR_NO for another, unless both say pruned.
 * ERR_USAGE for a value that is not finite, or not as many as the study has
 * directions.  On the disk on return. */
int study_tell(struct study *s, int64_t number, const struct trial_end *end,
    struct err *e);

/* A worker is still at it. */
int study_renew(struct study *s, int64_t number, bool held, struct err *e);

#endif
