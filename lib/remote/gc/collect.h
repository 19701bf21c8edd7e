/*
 * remote/gc/collect.h - packs of a remote that no name leads to are removed,
 * those of which little is of use are written anew.
 *
 * Names do not change by this: a version leaves a remote when its removal is
 * pushed.  A pack that is of no use is doomed first, by one conditional write
 * of the head, and removed by a gc after the grace period, so whoever reads by
 * an older head finds it; a push that brings the same pack again takes it
 * back.  A push that comes first wins: everything is looked at anew.  A kill
 * leaves the old head or the new one; packs that were uploaded before it, which
 * no head has listed, are found by the next gc, which lists what is there
 * (strays.h).
 */
#ifndef REMOTE_GC_COLLECT_H
#define REMOTE_GC_COLLECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "remote/remote.h"
#include "store/oid.h"

struct remote_gc_file {
	const char *folder;	/* "packs" or "records" */
	struct oid name;
	uint64_t bytes;
	const char *state;	/* "doomed", "waiting", "removed" */
	int64_t since_s;	/* when it was doomed; of "removed": 0 */
};

/* A version that was removed and whose bytes go now. */
struct remote_gc_version {
	const char *ref;
	uint32_t number;
	struct oid id;
};

struct remote_gc_request {
	int64_t now_s, grace_s;
	bool dry_run;
	/* Before anything is done; once more after a lost race. */
	void (*version)(void *ctx, const struct remote_gc_version *v);
	void (*file)(void *ctx, const struct remote_gc_file *f);
	void *ctx;
	const struct progress *progress;	/* or NULL */
};

struct remote_gc_report {
	uint64_t versions;	/* whose bytes are on their way out */
	uint64_t packs, live;	/* that stay, and what of them is of use */
	uint64_t objects, copied;	/* taken along from poor packs; bytes */
	uint64_t doomed, waiting, removed;	/* bytes of files */
	uint64_t unlisted;	/* of them: found now, listed by no head */
	bool told;		/* the other side said which files it has */
	uint64_t unfinished;	/* bytes that killed writers left there */
	bool swept;		/* the other side looked for them */
};

/* ERR_MOVED only after several lost races; ERR_UNSUPPORTED where the other
 * side cannot remove; ERR_UNPROVEN when the head moved and a file could not
 * be removed. */
int remote_gc(struct remote_gc_report *report, struct remote *r,
    const struct remote_gc_request *rq, struct err *e);

#endif
