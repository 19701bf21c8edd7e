/* remote/internal.h - what the files of lib/remote share; nobody else's. */
#ifndef REMOTE_INTERNAL_H
#define REMOTE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/thread.h"
#include "remote/known.h"
#include "remote/remote.h"
#include "remote/state.h"
#include "remote/transport/transport.h"

#define REMOTE_HEAD_KEY "head"
#define REMOTE_HEAD_MAX ((size_t)1 << 24)
#define REMOTE_TRIES 50		/* races lost before we give up */
#define REMOTE_LANES 8		/* files carried at once, at most */
#define REMOTE_RECORD_MAX ((size_t)1 << 32)

struct remote {
	struct catalog *c;
	struct repo *repo;
	char *name, *url;
	struct transport *t;
	struct transport *lane[REMOTE_LANES];	/* more of them, or NULL */
	struct remote_environment env;
	struct mutex ticking;	/* of `carried` and progress */
	char *cache;		/* .mlv/cache/remotes/NAME */
	struct remote_state state;
	struct known known;	/* the objects in its packs */
	int lock;		/* on cache/lock while something is carried */
	/* how far that is */
	const struct progress *progress;
	const char *verb;	/* "pushing to" */
	int64_t since;
	uint64_t carried, expected;	/* bytes, before compression */
};

/* The state as it is now, and its packs' indexes.  Where gc removes what a head
 * lists that was read before, the next one is read. */
int remote_refresh(struct remote *r, struct err *e);
/* Name it before the message, unless that does. */
int remote_wrap(const struct remote *r, struct err *e);

/* Only one at a time carries something here: ERR_BUSY. */
int remote_lock(struct remote *r, const struct remote_request *rq,
    const char *verb, struct err *e);
void remote_unlock(struct remote *r);
/* Does the remote hold to conditions?  Asked once from here. */
int remote_prove(struct remote *r, struct err *e);
/* From any thread. */
void remote_tick(struct remote *r, uint64_t bytes);

/* cache/NAME, to be freed; the folder is there. */
int remote_folder(char **path, struct remote *r, const char *name,
    struct err *e);

/* How a name stands here against there: the values that both have, by ids. */
struct comparison {
	size_t common, ours, theirs;	/* and those that follow */
};
struct ref;
void compare_values(struct comparison *c, const struct ref *here,
    const struct remote_ref *there);
/* "model:churn@champion" of a ref's name, in the arena. */
char *ref_words(struct arena *a, const char *ref);

#endif
