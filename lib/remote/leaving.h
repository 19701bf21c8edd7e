/*
 * remote/leaving.h - files of a remote that gc took out of its records: first
 * doomed, then gone.
 *
 * A doomed file is still there for who reads by an older head; a push that
 * makes the same pack again takes it back.  The name of one that is gone is
 * not to be used for a long time: whoever removed it may be slow, and remove
 * it again.  So a push puts something else into its packs while names are
 * gone (leaving_salt), which gives them names that are not.
 */
#ifndef REMOTE_LEAVING_H
#define REMOTE_LEAVING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "codec/json.h"
#include "store/oid.h"

#define LEAVING_FORGET_S ((int64_t)30 * 86400)	/* a name that is gone */

struct leaving_file {
	const char *folder;	/* "packs" or "records" */
	struct oid name;
	uint64_t bytes;
	int64_t since_s;	/* when it became what it is, since 1970 */
	bool gone;
};

/* Zeroed it is empty; what grows is the arena's of whoever has it. */
struct leaving {
	struct leaving_file *v;
	size_t n, room;
};

void leaving_add(struct leaving *l, struct arena *a,
    const struct leaving_file *f);
/* The file is written again: doomed no more. */
void leaving_take_back(struct leaving *l, const char *folder,
    const struct oid *name);
/* What was doomed for at least `grace_s` is gone from now on, and what was
 * gone for long is forgotten; how many went or were forgotten. */
size_t leaving_advance(struct leaving *l, int64_t now_s, int64_t grace_s);
/* A text that belongs to the names that are gone; 0 when there are none. */
bool leaving_salt(struct buf *out, const struct leaving *l);

/* As a member of a head. */
void leaving_print(struct buf *out, const struct leaving *l);
int leaving_parse(struct leaving *l, struct arena *a, const struct json *list,
    struct err *e);

#endif
