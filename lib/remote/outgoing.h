/*
 * remote/outgoing.h - objects on their way to a remote: put into packs, which
 * are sent several at once when so many are full.
 *
 * The same objects in the same order make the same packs, so one that an
 * interrupted push brought is found by its name and not sent again.
 */
#ifndef REMOTE_OUTGOING_H
#define REMOTE_OUTGOING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/intern.h"
#include "remote/internal.h"
#include "store/pack/pack_writer.h"

#define OUTGOING_FULL 6		/* packs that wait to be sent together */

struct outgoing_file {
	struct remote_pack of;
	char *path;
	bool existed;		/* it was there already */
};

struct outgoing {
	struct remote *r;
	char *folder, *temp;
	struct pack_writer *w;	/* the one that is being filled */
	struct outgoing_file full[OUTGOING_FULL];
	size_t n_full;
	struct intern *taken;	/* objects in one of them */
	struct buf stored;
	struct remote_pack *pack;	/* that were sent */
	size_t n, room;
	uint64_t objects, bytes;	/* bytes that had to be sent */
};

int outgoing_begin(struct outgoing *o, struct remote *r, struct err *e);
/* An object that is here, with its parts, unless the remote has it. */
int outgoing_add(struct outgoing *o, const struct oid *id, struct err *e);
/* Send what is left. */
int outgoing_finish(struct outgoing *o, struct err *e);
/* The lines of a record that tell of what was sent. */
void outgoing_print(struct buf *b, const struct outgoing *o);
void outgoing_release(struct outgoing *o);

#endif
