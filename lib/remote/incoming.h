/*
 * remote/incoming.h - objects on their way from a remote: whole packs where
 * most of one is wanted, else the ranges of a pack in which they lie.
 *
 * What came before a cut is kept: a pack goes on where it broke off.  Nothing
 * is believed: a pack is checked against its name, an object against its own,
 * at the end one in parts, too (incoming_prove).
 */
#ifndef REMOTE_INCOMING_H
#define REMOTE_INCOMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/intern.h"
#include "remote/internal.h"
#include "remote/proof.h"
#include "store/pack/pack.h"

#define INCOMING_WHOLE 12	/* packs that are fetched together */

struct whole_pack {
	const struct remote_pack *of;
	uint64_t got;		/* bytes that came */
	bool resumed;		/* after those that were here */
};

struct incoming {
	struct remote *r;
	char *folder;
	struct wanted_entry {
		size_t pack;
		struct pack_entry entry;
	} *v;
	size_t n, room;
	struct whole_pack whole[INCOMING_WHOLE];
	size_t n_whole;
	struct proof proof;
	struct intern *asked;	/* each is fetched once */
	uint32_t fetched;	/* of them, the first ones, were */
	uint64_t objects, packs, bytes;
};

int incoming_begin(struct incoming *in, struct remote *r, struct err *e);
/* Note an object that is to be fetched; false when the remote has it not. */
bool incoming_want(struct incoming *in, const struct oid *id);
/* An object in parts is here when they are: 1, else 0, and those that are not
 * are noted. */
int incoming_parts(struct incoming *in, const struct oid *id, struct err *e);
/* Fetch what was noted; it is here afterwards, and lasts. */
int incoming_fetch(struct incoming *in, struct err *e);
/* Before a name means any of it: objects in parts are what they say. */
int incoming_prove(struct incoming *in, struct err *e);
void incoming_release(struct incoming *in);

#endif
