/*
 * store/object_source.h - a place that holds objects, as a table of
 * functions: what store/odb.h asks of it.
 *
 * A source knows one format on disk and nothing else.  The object database
 * knows what holds for every object whatever its source: that its name is
 * the SHA-256 of its bytes.  It computes the name while it writes and checks
 * it on every read, so a source need not.
 *
 * store/loose.c, one file an object, is the source to copy from; it embeds
 * struct object_source first and casts.  Functions follow base/err.h.
 * Private to lib/store.
 */
#ifndef STORE_OBJECT_SOURCE_H
#define STORE_OBJECT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/source.h"
#include "store/oid.h"

struct object_source {
	const struct object_source_ops *ops;
	struct object_source *next;	/* asked when this one has it not */
	uint64_t written;		/* bytes on disk, since it was made */
};

/* An object being written; a source puts its own state behind it. */
struct object_writer {
	struct object_source *source;
};

struct object_source_ops {
	const char *name;		/* "loose" */

	/* Is it there?  Not necessarily whole.  1, 0, or -1 where that cannot
	 * be found out: who writes does not count on it, who reads tries, so
	 * that the reason is told. */
	int (*has)(struct object_source *s, const struct oid *id);
	/* Size of the plain bytes, without reading them.  ERR_NOENT,
	 * ERR_CORRUPT. */
	int (*size)(uint64_t *size, struct object_source *s,
	    const struct oid *id, struct err *e);
	/* The plain bytes as a stream, and how many it should give.  The
	 * caller hashes them and closes *from. */
	int (*open)(struct source *from, uint64_t *size,
	    struct object_source *s, const struct oid *id, struct err *e);
	/* What is stored is whole by the source's own checksum; *size of the
	 * plain bytes.  ERR_NOENT, ERR_CORRUPT. */
	int (*check)(uint64_t *size, struct object_source *s,
	    const struct oid *id, struct err *e);
	/* The objects whose digits begin with `prefix` ("": all), in order.
	 * fn returns 0 to go on. */
	int (*each)(struct object_source *s, const char *prefix,
	    int (*fn)(void *ctx, const struct oid *id, struct err *e),
	    void *ctx, struct err *e);

	/*
	 * Writing; all NULL in a source that is only read.  begin looks at
	 * the first bytes (the same are given to add again) to decide on an
	 * encoding; `expect` is the number of plain bytes to come, 0 when
	 * unknown.  add takes them in order, the last with `end`.  commit
	 * gives the object its name: it is there whole or not at all, an
	 * object that was there whole stays, a damaged one is replaced.
	 * drop ends the writer, committed or not.
	 */
	int (*begin)(struct object_writer **w, struct object_source *s,
	    const void *first, size_t n, uint64_t expect, struct err *e);
	int (*add)(struct object_writer *w, const void *p, size_t n, bool end,
	    struct err *e);
	int (*commit)(struct object_writer *w, const struct oid *id,
	    struct err *e);
	void (*drop)(struct object_writer *w);
	/* An object found whole counts as committed now: whoever put it there
	 * may have been killed before it was durable. */
	void (*keep)(struct object_source *s, const struct oid *id);
	/* It is no longer there; in loose objects alone, else NULL.  Sure to
	 * last after the next sync. */
	int (*remove)(struct object_source *s, const struct oid *id,
	    struct err *e);
	/* Forget what was committed since the last sync, where that is
	 * possible; may be NULL. */
	void (*forget)(struct object_source *s);
	/* Others may have removed what this source remembers as there: it looks
	 * again.  Called where nobody can remove anything any more; what is
	 * being read stays readable.  May be NULL. */
	void (*look_again)(struct object_source *s);
	/* All that was committed or kept before survives a power cut after
	 * this. */
	int (*sync)(struct object_source *s, struct err *e);

	void (*free)(struct object_source *s);
};

#endif
