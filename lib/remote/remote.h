/*
 * remote/remote.h - a repository's versions carried to where others find
 * them, and theirs from there.
 *
 * Objects come before the names that mean them, on either side, so nobody
 * ever sees a name without its bytes; what was carried before a cut is not
 * carried again.  Names move on the remote all together, by one conditional
 * write of its head: who lost a race reads again.
 *
 *	remote_open(&r, c, NULL, &env, e);
 *	remote_push(&done, r, &rq, e);
 *	remote_close(r);
 *
 * Every message names the remote.
 */
#ifndef REMOTE_REMOTE_H
#define REMOTE_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "remote/transport/transport.h"
#include "store/oid.h"

struct remote;

/* The remote of that name (NULL: the default one), or at that URL.  ERR_NOENT
 * with advice; nothing is asked of it yet.  What `env` leads to is borrowed
 * until the end. */
int remote_open(struct remote **r, struct catalog *c, const char *name,
    const struct remote_environment *env, struct err *e);
void remote_close(struct remote *r);
const char *remote_name(const struct remote *r);

/* What became of a name. */
enum remote_fate {
	FATE_PUSHED,		/* the remote has what we have */
	FATE_PULLED,		/* we have what the remote has */
	FATE_FETCHED,		/* its objects are here, the name is not moved */
	FATE_RENUMBERED,	/* a version of ours got another number */
	FATE_REFUSED,		/* a push: the remote has what we have not */
	FATE_CONFLICT		/* a pull: both moved an alias */
};
const char *remote_fate_text(enum remote_fate f);	/* "pushed" */

struct remote_change {
	const char *ref;	/* "data/churn", "model/churn@champion" */
	enum remote_fate fate;
	uint32_t version, was;	/* 0: none */
	/* who gave the remote's newest value when; NULL where it is ours */
	const char *user, *host, *time;
};

struct remote_request {
	const char *const *refs;	/* none: every name */
	size_t n;
	/* Of each of them the version whose content is wanted, 0 for what its
	 * alias means, or the newest: only manifests and these come, for a
	 * repository that is but a cache.  An alias may not be set yet.  NULL:
	 * all that the names lead to. */
	const uint32_t *content;
	bool alone;		/* without the names they lead to */
	bool theirs, ours;	/* an alias that both moved: whose move holds */
	void (*fn)(void *ctx, const struct remote_change *c);
	void *ctx;
	const struct progress *progress;	/* or NULL */
};

struct remote_done {
	uint64_t names;		/* that moved */
	uint64_t objects, packs, bytes;	/* that were carried */
	uint64_t refused;	/* names left as they were */
};

/* ERR_MOVED only after several lost races. */
int remote_push(struct remote_done *done, struct remote *r,
    const struct remote_request *rq, struct err *e);
/* The objects alone. */
int remote_fetch(struct remote_done *done, struct remote *r,
    const struct remote_request *rq, struct err *e);
/* And the names. */
int remote_pull(struct remote_done *done, struct remote *r,
    const struct remote_request *rq, struct err *e);

/*
 * Has somebody done the work of that name (a memo's, exec/memo.h)?  1: the run
 * in *run (to be freed) is here now, with all that it made; 0: nobody has.
 */
int remote_recall(char **run, struct remote *r, const char *memo,
    const struct remote_request *rq, struct err *e);

/* Objects that are missing here or damaged, from the remote; *got counts
 * those that came. */
int remote_repair(uint64_t *got, struct remote *r, const struct oid *id,
    size_t n, struct err *e);

#endif
