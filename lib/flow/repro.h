/*
 * flow/repro.h - a pipeline brought up to date: what is stale, why, and doing
 * it, each stage as a tracked run that is remembered by content.
 *
 * The current folder is the pipeline's.  make does the work in order and in
 * parallel: each stage is one of its targets and begins this program again
 * for that stage alone, so any of them may be killed and the next call goes
 * on from there.
 */
#ifndef FLOW_REPRO_H
#define FLOW_REPRO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "exec/command.h"
#include "pipeline/pipeline.h"

enum repro_state {
	REPRO_SAME,		/* "unchanged" */
	REPRO_RESTORE,		/* "restore": its outputs would be put back */
	REPRO_RUN,		/* "run" */
	REPRO_AFTER,		/* "after": one it needs is to be done */
	REPRO_FROZEN		/* "frozen": left as it is */
};
const char *repro_state_text(enum repro_state s);

struct repro_look {
	enum repro_state state;
	const char *why;	/* "input 'a.csv' changed; ..."; "" if the same */
};

/* What the stages with a depfile found when they were last done, into the
 * pipeline, which is put in order again: a stage that makes such a file comes
 * first.  What would close a cycle is forgotten. */
int repro_find(struct catalog *c, struct pipeline *p, struct err *e);

/* look[i] of every stage with want[i], in order.  With `force` each is to
 * run.  Nothing is changed. */
int repro_look(struct repro_look *look, struct arena *a, struct catalog *c,
    const struct pipeline *p, const bool *want, bool force, struct err *e);

/* Do one stage, unless it was done: as command_run.  One process at a time
 * does a stage; another waits. */
int repro_stage(struct command_outcome *out, struct catalog *c,
    const struct pipeline *p, size_t i, bool force, const struct log *log,
    struct err *e);

struct repro_work {
	const struct pipeline *pipeline;
	const bool *want;	/* stages to do */
	const char *const *again;	/* NULL-ended: begins this program for
				 * a stage; its name follows */
	size_t jobs;		/* at once; 0: as many as a jobserver around us
				 * allows */
	bool keep_going;
};
/* *failed: make said that something did. */
int repro_make(bool *failed, struct catalog *c, const struct repro_work *w,
    struct err *e);

/* Only one that holds it works on the pipeline, whose stages may bring up
 * others; ERR_BUSY when another does, and `wait` is not set.  Closing the
 * descriptor lets go. */
int repro_lock(int *fd, struct catalog *c, const struct pipeline *p, bool wait,
    struct err *e);

#endif
