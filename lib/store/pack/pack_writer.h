/*
 * store/pack/pack_writer.h - a pack being written.
 *
 * It has no name until it is committed: a kill, or pack_writer_free before
 * that, leaves nothing.  Objects are there for pack_writer_read at once.
 */
#ifndef STORE_PACK_PACK_WRITER_H
#define STORE_PACK_PACK_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/os.h"
#include "store/oid.h"
#include "store/pack/pack.h"

struct pack_writer;

/* In `folder`, whose temporary files go to `temp`; both are borrowed and
 * there. */
int pack_writer_new(struct pack_writer **w, const struct os *os,
    const char *folder, const char *temp, struct err *e);
/* Add stored bytes that t->id, plain, stored and encoding describe; at and
 * check are filled in.  Whoever has the id already is not asked. */
int pack_writer_add(struct pack_writer *w, struct pack_entry *t,
    const void *stored, struct err *e);
bool pack_writer_find(struct pack_entry *t, const struct pack_writer *w,
    const struct oid *id);
/* Append the stored bytes of an entry that was found. */
int pack_writer_read(struct buf *out, const struct pack_writer *w,
    const struct pack_entry *t, struct err *e);
uint64_t pack_writer_count(const struct pack_writer *w);
uint64_t pack_writer_bytes(const struct pack_writer *w);
/* The i-th that was added. */
const struct pack_entry *pack_writer_at(const struct pack_writer *w,
    uint64_t i);

/* Write the index, fsync, and name the file folder/HEX.pack; *name is that
 * HEX.  The name is durable when the caller has synced the folder.  After
 * this, whatever it says, the writer is only to be freed. */
int pack_writer_commit(struct oid *name, struct pack_writer *w,
    struct err *e);
void pack_writer_free(struct pack_writer *w);

/*
 * Bytes as they would be stored: *t gets id, plain, stored, encoding; the
 * stored bytes are appended to *out, compressed where that shrinks them.  A
 * sample is tried first.  `z` is one thread's.
 */
struct zst_block;
int pack_encode(struct pack_entry *t, struct buf *out, struct zst_block *z,
    const struct oid *id, const void *p, size_t n, struct err *e);

#endif
