/*
 * flow/rollout/rollout.h - rollouts from start to end: what is refused before
 * a unit moves, the verdict on what the request log says, and the steps that
 * follow from it.
 *
 * Every start, step and end, and every first verdict of its kind, is a
 * version of report:rollout-NAME, and so a record of the audit log.  The alias
 * moves through promote/alias.h alone.  What makes less of a candidate (an
 * end without promotion) is done first and recorded then; what makes more of
 * it the other way round.
 */
#ifndef FLOW_ROLLOUT_ROLLOUT_H
#define FLOW_ROLLOUT_ROLLOUT_H

#include <stdbool.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "rollout/state.h"
#include "rollout/verdict.h"

struct rollout_start {
	const char *name;		/* of the model */
	const char *candidate;		/* model:churn@candidate */
	const char *policy;		/* a path */
	const char *log;		/* of the server; NULL: .mlv/requests */
};

/* *s is the new state, released by the caller after success.  ERR_FORMAT,
 * ERR_USAGE, ERR_NO: the policy cannot be met, and nothing has changed. */
int rollout_begin(struct rollout_state *s, struct catalog *c,
    const struct rollout_start *o, struct err *e);

/* What became of units, where they are known. */
struct rollout_labels {
	const char *path;		/* of a table; NULL: there are none */
	const char *key;		/* its column: id, unit or an input's */
};

/* What was counted of a log, for who looks again and again: the next view reads
 * only what came since.  Not beside labels, which come for old lines, too. */
struct rollout_memory;
struct rollout_memory *rollout_memory_new(void);
void rollout_memory_free(struct rollout_memory *m);

/* How a rollout is looked at. */
struct rollout_look {
	const char *name;
	struct rollout_labels labels;
	struct rollout_memory *memory;	/* outlives the view; or NULL */
};

/* A rollout and what is to be said of it now.  Released in any case. */
struct rollout_view {
	struct rollout_state state;
	struct rollout_policy policy;
	struct tally tally;
	struct rollout_verdict verdict;
	struct labels *labels;		/* private */
	bool remembered;		/* the tally is the memory's */
};
int rollout_view(struct rollout_view *v, struct catalog *c,
    const struct rollout_look *look, struct err *e);
void rollout_view_release(struct rollout_view *v);

/* Keep the verdict where it is another word than the one kept last. */
int rollout_keep(struct rollout_view *v, struct catalog *c, struct err *e);

/* The view, and what its verdict asks for done: the next share, the alias
 * moved, the end.  *changed: it was something.  ERR_NO where the registry
 * refuses the move; the rollout then goes on as it was. */
int rollout_step(struct rollout_view *v, bool *changed, struct catalog *c,
    const struct rollout_look *look, struct err *e);
/* All units go to the champion, whatever was seen; *was is the state then. */
int rollout_abort(struct rollout_state *was, struct catalog *c,
    const char *name, const char *why, struct err *e);

#endif
