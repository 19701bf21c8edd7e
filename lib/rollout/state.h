/*
 * rollout/state.h - where a rollout is: a small file a name,
 * .mlv/rollouts/NAME.json (mlv-rollout(5)), which servers follow and verbs
 * replace as a whole, under a lock.  A kill leaves the old state or the new
 * one, and either goes on.
 */
#ifndef ROLLOUT_STATE_H
#define ROLLOUT_STATE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "rollout/policy.h"
#include "store/repo.h"

enum rollout_phase {
	ROLLOUT_RUNNING,
	ROLLOUT_PROMOTING,	/* the alias is being moved */
	ROLLOUT_PROMOTED,
	ROLLOUT_ROLLED_BACK,
	ROLLOUT_ABORTED,
	ROLLOUT_PHASES
};
const char *rollout_phase_text(enum rollout_phase p);
/* Do servers follow it? */
bool rollout_is_open(enum rollout_phase p);

#define ROLLOUT_STATE_MAX ((size_t)1 << 20)	/* bytes of its file */

struct rollout_state {
	struct arena arena;
	const char *name;	/* of the model and of its endpoint */
	int64_t number;		/* how many there were of that name */
	const char *id;		/* "churn/2": salts the units' places */
	enum rollout_phase phase;
	enum rollout_kind kind;
	size_t step;		/* of the policy's */
	double share;		/* per cent of the units */
	const char *alias;	/* that moves in the end */
	uint32_t champion, candidate;	/* versions */
	int64_t started_us, stepped_us;
	const char *log;	/* folder of the request log, absolute */
	const char *policy;	/* the files' bytes */
	const char *gate;	/* or NULL */
	const char *verdict, *why;	/* that was recorded last, or "" */
	const char *report;	/* where it is kept, or "" */
};

/* ERR_FORMAT: it is none, or of a later version. */
int rollout_state_parse(struct rollout_state *s, const char *p, size_t n,
    struct err *e);
/* ERR_NOENT when there was never one. */
int rollout_state_read(struct rollout_state *s, const struct repo *repo,
    const char *name, struct err *e);
int rollout_state_write(const struct rollout_state *s,
    const struct repo *repo, struct err *e);
void rollout_state_release(struct rollout_state *s);

/* The file's path, to be freed. */
char *rollout_state_path(const struct repo *repo, const char *name);
/* Names that have one, sorted; to be freed with folder_names_free. */
int rollout_names(char ***names, size_t *n, const struct repo *repo,
    struct err *e);
/* Who changes it holds this; the descriptor is closed to let go.  ERR_BUSY
 * after some seconds. */
int rollout_lock(int *fd, const struct repo *repo, const char *name,
    struct err *e);

#endif
