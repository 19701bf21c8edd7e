/*
 * remote/scope/companions.h - the names that come along with those that were
 * asked for: of what these lead to (a model's run, the data it learned from),
 * and of the reports and cards about their models.
 */
#ifndef REMOTE_SCOPE_COMPANIONS_H
#define REMOTE_SCOPE_COMPANIONS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "remote/scope/selection.h"

/* Zeroed it knows of no names yet. */
struct companions {
	struct arena arena;
	struct named_object {
		const char *ref;
		struct oid id;
		bool about;	/* it is the object's subject, not it itself */
	} *v;			/* by id */
	size_t n, room;
	bool read;
};

/* Add to the selection the names that come along, looking at the names here,
 * or `there`.  Manifests of selected versions are here.  1 when there were
 * more: look again once theirs are, too; else 0. */
int companions_add(struct companions *k, struct selection *s,
    struct remote *r, bool there, struct err *e);
void companions_release(struct companions *k);

/* The lines of a record by which others know what the version of a report or
 * card is about. */
int companions_tell(struct buf *out, struct catalog *c, const char *ref,
    const struct oid *id, struct err *e);

#endif
