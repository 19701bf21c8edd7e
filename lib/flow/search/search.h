/*
 * flow/search/search.h - a search driven to its end: trials asked, a command run for
 * each, several at a time, and told by what became of it.
 */
#ifndef FLOW_SEARCH_H
#define FLOW_SEARCH_H

#include <stddef.h>

#include "base/err.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "exec/command.h"
#include "search/setup.h"
#include "search/study/study.h"

/* A trial that does its work itself, in a process of its own. */
struct search_trial {
	size_t number;
	struct study *study;
	const struct study_setup *setup;
	const struct param *param;	/* (n_params), as texts */
	size_t n_params;
	double *value;			/* (directions), to be filled */
	char run[160];			/* the run it was, or "" */
};
/* How it is doing; true: it is pruned, and should stop. */
bool search_trial_report(struct search_trial *t, int64_t step, double value);

struct search_request {
	const struct study_place *place;
	struct study *study;		/* opened there */
	const struct study_setup *setup;
	struct catalog *catalog;	/* with a repository a trial is a run */
	const char *const *command;	/* NULL-ended; {NAME} is a value */
	/* instead of a command: 0, or the trial has failed */
	int (*work)(void *ctx, struct search_trial *t, struct err *e);
	void *work_ctx;
	const char *const *metric;	/* (n_metrics): the value's name, or */
	size_t n_metrics;		/* none: the one that is printed */
	/* more of the command's run, with {NAME} in its texts: what it reads and
	 * makes, further parameters; or NULL */
	const struct command_request *as;
	bool one;			/* the trial `number`, no other */
	int64_t number;
	bool take_over;			/* from a host that is known to be dead */
	size_t jobs;			/* at once */
	size_t trials;			/* to ask; 0: as many as there are */
	double seconds;			/* then no more are asked; 0: no end */
	double joules;			/* of the processor packages; likewise */
	double lease_s;
	const struct log *log;
	/* Called when a trial has been told, or was left to be asked again. */
	void (*ended)(void *ctx, size_t number);
	void *ctx;
};

struct search_outcome {
	size_t asked, complete, pruned, failed, left;
	bool stopped;			/* by a signal */
	double joules;			/* where they count */
};

/*
 * A command finds its values in MLV_PARAM_NAME, its study and number in
 * MLV_STUDY and MLV_TRIAL, and in its arguments {NAME} is the value of NAME,
 * {trial} the number; what is no name stays.  Exit status 0 tells the value it
 * printed, or logged under that name; another one tells that it failed, or,
 * where it was reported and pruned, nothing more.  Status 75, SIGINT, SIGTERM
 * and SIGHUP leave the trial to be asked again.
 * ERR_UNSUPPORTED: joules count, and there are no counters to be read.
 */
int search_drive(struct search_outcome *out, const struct search_request *rq,
    struct err *e);

#endif
