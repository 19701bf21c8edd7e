/*
 * store/fsck.h - proves what the store promises, or says what is wrong.
 *
 *  - every ref parses, its versions are numbered in order, each value names
 *    an object that is there and is what a record of the audit chain says,
 *    in the order of the chain;
 *  - every alias value is a version of its ref, with that version's id;
 *  - every object's file is whole; what is reachable from refs by links is
 *    there, and links tell the right sizes;
 *  - the audit chain holds and each record is confirmed by a ref or void;
 *    so do the chains of other repositories that a pull brought;
 *  - a head of the audit log that was kept elsewhere is still in it.
 *
 * What is damaged is what is blamed: a ref that cannot be read is no fault of
 * the records that set its values, and a record that was changed none of the
 * refs that know it as it was.
 */
#ifndef STORE_FSCK_H
#define STORE_FSCK_H

#include <stdint.h>

#include "base/err.h"
#include "store/oid.h"
#include "store/repo.h"

enum fsck_level {
	FSCK_QUICK,	/* refs, manifests, sizes, audit chain */
	FSCK_FULL,	/* also every object file's XXH3 */
	FSCK_STRONG	/* also every object's SHA-256 */
};

struct fsck_finding {
	const char *severity;	/* "error", or "note": nothing is lost */
	const char *subject;	/* id, ref or file */
	const char *reason;
	const char *needed_by;	/* a ref that leads to it, or "" */
};

struct fsck_report {
	uint64_t refs, objects, bytes, records, errors, notes;
	uint64_t read;		/* objects whose stored bytes were read */
	uint64_t peers;		/* audit logs of other repositories */
	struct oid head;	/* of the audit log; none without a record */
};

struct fsck_request {
	enum fsck_level level;
	/* Read only objects whose id, its first 32 bits as a number, is less;
	 * so the same ones each time.  0: all.  Others are looked at as by
	 * FSCK_QUICK. */
	uint64_t sample;
	const struct oid *head;	/* kept elsewhere, or NULL */
	void (*fn)(void *ctx, const struct fsck_finding *f);	/* or NULL */
	void *ctx;
};

/* Visits everything; fn hears of each finding as it is made.  Returns 0
 * also when there are errors: see report->errors. */
int fsck_repo(struct fsck_report *report, struct repo *repo,
    const struct fsck_request *rq, struct err *e);
/* The audit log and the refs alone. */
int fsck_refs(struct fsck_report *report, struct repo *repo,
    const struct fsck_request *rq, struct err *e);

#endif
