/*
 * remote/known.h - the objects that a remote has: the indexes of its packs,
 * fetched once and kept.
 *
 * A kept index is a file as large as its pack with a hole where the objects
 * would be, so that store/pack/pack.h reads it like any pack.
 */
#ifndef REMOTE_KNOWN_H
#define REMOTE_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "remote/state.h"
#include "remote/transport/transport.h"
#include "store/oid.h"
#include "store/pack/pack.h"

/* Zeroed it is empty. */
struct known {
	struct known_pack {
		struct remote_pack of;
		struct pack *index;
		const struct remote_dead *dead;	/* of the state's, or NULL */
		bool hidden;		/* nothing is found in it */
	} *pack;
	size_t n;
};

/* The indexes of all packs of `s`, those not in the folder `kept` fetched. */
int known_read(struct known *k, const struct remote_state *s,
    struct transport *t, const char *kept, struct err *e);
/* Keep the index of a pack, bytes - index bytes of it, without asking. */
int known_keep(const char *kept, const struct remote_pack *p,
    const char *index, struct err *e);
void known_release(struct known *k);

/* May the object at that place in the pack's order of ids be counted on? */
bool known_lives(const struct known_pack *k, uint64_t i);
/* Where it is: which pack and where in it; false when it is nowhere, or only
 * where nobody may count on it. */
bool known_find(size_t *pack, struct pack_entry *entry, const struct known *k,
    const struct oid *id);

#endif
