/*
 * store/peer/peer_log.h - the audit logs of other repositories, kept.
 *
 * .mlv/audit/peer.HEX holds the lines of another repository's log as they
 * came, HEX being the hash of a record in it, mostly the first: a chain of its
 * own, which a later pull makes longer and never changes.
 */
#ifndef STORE_PEER_PEER_LOG_H
#define STORE_PEER_PEER_LOG_H

#include "base/err.h"
#include "store/audit.h"
#include "store/oid.h"
#include "store/repo.h"

/* What is kept of the log with that name: none is 0 records. */
int peer_log_read(struct audit_summary *sum, struct repo *repo,
    const struct oid *name, struct err *e);
/* Make it longer: `lines` begin with record number `from`; those that are
 * there already must be the same.  ERR_CORRUPT when they do not follow. */
int peer_log_add(struct repo *repo, const struct oid *name, uint64_t from,
    const char *lines, size_t n, struct err *e);
/* Every log that is kept: fn hears of its name and summary, or why it is
 * damaged. */
int peer_log_each(struct repo *repo, int (*fn)(void *ctx, const char *name,
    const struct audit_summary *sum, const struct err *why, struct err *e),
    void *ctx, struct err *e);

#endif
