/*
 * store/peer/adopt.h - values of a ref as another repository has them.
 *
 * Two repositories that both added a version 3 cannot both be right: the one
 * that was published first stays, and what the other one added comes after it
 * under the next numbers.  The values that are taken back are kept in the
 * ref's file, so that every record of the audit log still has the value that
 * it set.
 */
#ifndef STORE_PEER_ADOPT_H
#define STORE_PEER_ADOPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/audit.h"
#include "store/oid.h"
#include "store/ref.h"
#include "store/repo.h"

struct ref_adoption {
	const char *name;	/* KIND/NAME or KIND/NAME@LABEL */
	size_t expect;		/* values it has now; else ERR_MOVED */
	size_t keep;		/* its first so many stay */
	const struct ref_value *value;	/* those that follow; `audit` unused */
	size_t n;
	const char *op;		/* "pull", "renumber" */
	const char *note;	/* or NULL */
	struct oid from;	/* another log's record of the last one */
};
/* One audit record, then the ref's file.  The objects must be there.
 * ERR_UNPROVEN: done, but the folder's fsync failed. */
int ref_adopt(struct repo *repo, const struct ref_adoption *a, struct err *e);

/* What an audit record says of several values: the SHA-256 of a line for
 * each, its number, a space, and the id's digits ("-" for none). */
void ref_values_digest(struct oid *digest, const struct ref_value *v,
    size_t n);

#endif
