/*
 * store/audit.h - who moved which ref when: one hash chain a repository.
 *
 * .mlv/audit/log is JSON Lines.  Each record holds its place (`seq`, from
 * 1) and the SHA-256 of the line before it (`prev`; 64 zeros for the
 * first), so an edit anywhere breaks every later link; and every ref keeps
 * the hash of the record that moved it, so a cut tail shows too.
 *
 *	{"seq":7,"prev":"..","time":"..","host":"..","user":"..",
 *	 "op":"move","ref":"model/churn@champion","number":2,
 *	 "id":"sha256:..","was":1,"note":".."}
 *
 * op: add (a new version), move, rollback, drop (an alias), void (the
 * record before did not happen: its ref was never written).  A last record
 * that no ref confirms is void too; the next writer says so.  A torn last
 * line is set aside into audit/torn.N by the next writer.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/oid.h"
#include "store/repo.h"

struct audit_record {
	uint64_t seq;
	struct oid hash;	/* of this line */
	struct oid prev;
	const char *time, *host, *user, *op, *ref, *note;	/* borrowed */
	uint32_t number;	/* version the ref has after it; 0: none */
	uint32_t was;		/* alias: the version before; 0: none */
	struct oid id;		/* what it points at; none for drop, void */
	bool confirmed;		/* a ref carries this record's hash */
	bool voided;		/* followed by a void, or last and unconfirmed */
};

/* Every record in order, each link checked: ERR_CORRUPT names the first
 * one that does not hold.  fn may be NULL.  `confirmed` and `voided` are
 * filled in.  *count (may be NULL) and *head get the number of records and
 * the last one's hash. */
int audit_each(struct repo *repo, uint64_t *count, struct oid *head,
    int (*fn)(void *ctx, const struct audit_record *r, struct err *e),
    void *ctx, struct err *e);

#endif
