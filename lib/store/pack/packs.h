/*
 * store/pack/packs.h - the source that keeps objects in pack files: the
 * folder packs, and the pack that is being written.
 *
 * An object in parts is read part by part, each from whichever pack has it.
 * Where one copy is damaged and another is not, the good one is read.
 */
#ifndef STORE_PACK_PACKS_H
#define STORE_PACK_PACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/layout.h"
#include "store/object_source.h"
#include "store/pack/pack.h"

/* How new objects are written (see struct object_source_ops), and what its
 * writers keep between objects. */
struct packs_writing {
	int (*begin)(struct object_writer **w, struct object_source *s,
	    const void *first, size_t n, uint64_t expect, struct err *e);
	int (*add)(struct object_writer *w, const void *p, size_t n, bool end,
	    struct err *e);
	int (*commit)(struct object_writer *w, const struct oid *id,
	    struct err *e);
	void (*drop)(struct object_writer *w);
	void *(*state_new)(void);
	void (*state_free)(void *state);
};

/* `l` is borrowed and must outlive the source. */
struct object_source *packs_new(struct layout *l,
    const struct packs_writing *how);
/* Made at first use. */
void *packs_writing_state(struct object_source *s);

/* The stored bytes of an object and their entry (at is not meaningful).
 * ERR_NOENT, ERR_CORRUPT. */
int packs_stored(struct pack_entry *t, struct buf *out,
    struct object_source *s, const struct oid *id, struct err *e);
/* The entry of whichever copy is found first; nothing is read. */
bool packs_entry(struct pack_entry *t, struct object_source *s,
    const struct oid *id);
/* Add stored bytes that the entry describes to the pack being written, unless
 * that has the object. */
int packs_add_stored(struct object_source *s, struct pack_entry *t,
    const void *stored, struct err *e);

/* Nothing is found in the pack of that name any more: it is to be removed, and
 * what is written meanwhile must not count on it. */
void packs_hide(struct object_source *s, const struct oid *name);
/* Did this process write the pack of that name? */
bool packs_made(const struct object_source *s, const struct oid *name);
/* Every pack there is now, in order of their names; packs that cannot be
 * opened are told to `bad` (may be NULL).  fn returns 0 to go on. */
int packs_each(struct object_source *s,
    int (*fn)(void *ctx, const struct pack *p, struct err *e),
    int (*bad)(void *ctx, const char *path, const struct err *why,
    struct err *e), void *ctx, struct err *e);

#endif
