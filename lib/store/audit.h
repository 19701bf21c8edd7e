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
 *	 "id":"sha256:..","was":1,"note":"..","verdict":"sha256:.."}
 *
 * The hash of the last record, the head, stands for all of them: who keeps it
 * elsewhere can tell later that they are still there and unchanged.
 *
 * op: add (a new version), move, rollback, drop (an alias), pull (values of
 * another repository, with `values` and `digest` where there are several, and
 * `from`, the record that set the last one there), renumber (an alias whose
 * versions got other numbers), void (the record before did not happen: its
 * ref was never written).  A last record
 * that no ref confirms is void too; the next writer says so.  A torn last
 * line is set aside into audit/torn.N by the next writer.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
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
	struct oid verdict;	/* object by which it was moved, or none */
	uint32_t values;	/* that it set at once; 0: the one */
	struct oid digest;	/* ... of them all: ref_values_digest */
	struct oid from;	/* another log's record that set it, or none */
	bool confirmed;		/* a ref carries this record's hash */
	bool unknown;		/* none does, but its ref cannot be read */
	bool voided;		/* followed by a void, or last and unconfirmed */
};

/* What is to be said of the whole log. */
struct audit_summary {
	uint64_t records;
	struct oid head;	/* the last record's hash; none without one */
	bool torn;		/* it ends in the middle of a line */
};

/* Every record in order, each link checked: ERR_CORRUPT names the first
 * one that was changed.  fn may be NULL.  `confirmed`, `unknown` and `voided`
 * are filled in.  *sum (may be NULL) is of the records that were heard of. */
int audit_each(struct repo *repo, struct audit_summary *sum,
    int (*fn)(void *ctx, const struct audit_record *r, struct err *e),
    void *ctx, struct err *e);
/* The same of no moment when somebody writes: the head that can be kept. */
int audit_head(struct audit_summary *sum, struct repo *repo, struct err *e);
/* The whole lines of the log as they are, the chain checked. */
int audit_lines(struct buf *out, struct repo *repo, struct err *e);
/* The same check of lines from anywhere, which follow what *sum tells; a torn
 * last line is ERR_CORRUPT.  fn (may be NULL) hears of each; `confirmed` is
 * not known. */
int audit_check_lines(struct audit_summary *sum, const char *p, size_t n,
    int (*fn)(void *ctx, const struct audit_record *r, struct err *e),
    void *ctx, struct err *e);
/* "sha256:" and 64 digits, or the digits alone, as a head; ERR_USAGE. */
int audit_parse_head(struct oid *head, const char *text, struct err *e);

#endif
