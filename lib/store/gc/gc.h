/*
 * store/gc/gc.h - objects that nothing leads to are removed, what is small is
 * folded into packs.
 *
 * The caller says which versions may go; all others stay, with what they lead
 * to, and so do versions that one of those leads to.  Versions that go are
 * removed from their refs first, which the audit log says; then their objects
 * go into the trash, which the next gc empties.  Nobody stores anything
 * meanwhile: gc waits for those who do, and they for it.  A kill leaves
 * objects that nothing leads to, for the next gc.
 */
#ifndef STORE_GC_GC_H
#define STORE_GC_GC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/oid.h"
#include "store/ref.h"
#include "store/repo.h"

struct gc_version {
	const char *ref;	/* "data/churn" */
	uint32_t number;
	struct oid id;
};

struct gc_request {
	/* May value i of this ref go?  Not asked of labelled versions. */
	bool (*may_go)(void *ctx, const char *ref, const struct ref *versions,
	    size_t i);
	void *ctx;
	/* A version that goes, before anything is done. */
	int (*going)(void *ctx, const struct gc_version *v, struct err *e);
	void *going_ctx;
	const char *text;	/* what is named in it stays, too */
	size_t text_n;
	int64_t now_s, grace_s;	/* what is younger is not removed */
	bool dry_run;
	bool for_good;		/* no way back: the trash is emptied at once */
};

struct gc_report {
	uint64_t versions;	/* removed */
	uint64_t objects, bytes;	/* into the trash, on disk */
	uint64_t young;		/* objects that only their age kept */
	uint64_t folded;	/* loose objects that are in packs now */
	uint64_t freed;		/* bytes that were in the trash before */
	uint64_t packs;		/* that there are now */
	uint64_t cached;	/* bytes of caches that nobody used since, which
				 * are made again when they are wanted; freed */
};

/* ERR_BUSY while somebody stores objects; ERR_CORRUPT when what is to stay
 * cannot be read: nothing is removed then. */
int gc_run(struct gc_report *report, struct repo *repo,
    const struct gc_request *rq, struct err *e);
/* Bring back what the last gc removed. */
int gc_undo(uint64_t *files, uint64_t *versions, struct repo *repo,
    struct err *e);

#endif
