/*
 * store/odb.h - the object database: immutable bytes under the name of
 * their content.
 *
 * It asks its sources (store/object_source.h) in order; the first one takes
 * what is new.  Every read checks the SHA-256.  An object is there whole or
 * not at all; several processes may use the same folder at once, several
 * threads the same struct odb for reading.
 *
 * What was put survives a power cut when the call returns, outside a
 * transaction.  In one, nothing that was put is committed until
 * odb_sync or odb_commit returned 0: folders that many objects share are
 * then synced once.  A ref is never moved to an object that is not committed:
 * store/ref.h calls odb_sync first.
 *
 *	struct odb_transaction *t = odb_begin(o);
 *	odb_put(&a, o, ...); odb_put(&b, o, ...);
 *	r = odb_commit(t, e);
 *
 * with odb_abandon(t) where something else failed before.
 */
#ifndef STORE_ODB_H
#define STORE_ODB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/progress.h"
#include "base/source.h"
#include "store/oid.h"

struct odb;
struct odb_transaction;

/*
 * Put bytes in; of large ones only what is new takes room.  Bytes that are
 * there already cost one check of the stored copy; a damaged copy is replaced.
 */
int odb_put(struct oid *id, struct odb *o, const void *p, size_t n,
    struct err *e);
/* The same with bytes from a stream, `expect` of them (0: unknown). */
int odb_put_source(struct oid *id, uint64_t *size, struct odb *o,
    struct source *from, uint64_t expect, struct err *e);
/* As if what odb_check found whole had been put just now. */
int odb_keep(struct odb *o, const struct oid *id, struct err *e);

/* NULL when a transaction is open already: the outer one commits. */
struct odb_transaction *odb_begin(struct odb *o);
/* The same for many objects: they go into a few packs.  In an outer
 * transaction this holds until that ends. */
struct odb_transaction *odb_begin_bulk(struct odb *o);
/* All that was put since odb_begin is durable, and the transaction over; on
 * failure it is over too.  NULL: nothing happens. */
int odb_commit(struct odb_transaction *t, struct err *e);
/* The transaction is over without that: what it put may be there, unproven.
 * NULL: nothing happens. */
void odb_abandon(struct odb_transaction *t);
/* All that was put so far is durable; the transaction goes on. */
int odb_sync(struct odb *o, struct err *e);

/* Bytes on disk that this struct odb has written so far. */
uint64_t odb_written(const struct odb *o);

bool odb_has(struct odb *o, const struct oid *id);
/* Append the plain bytes to *out.  ERR_NOENT, ERR_CORRUPT, or ERR_TOOBIG
 * when out's cap is too small. */
int odb_get(struct buf *out, struct odb *o, const struct oid *id,
    struct err *e);
/* The bytes as a stream; the last read fails with ERR_CORRUPT when they do
 * not hash to `id`, so act on them only after the end was seen. */
int odb_get_source(struct source *from, struct odb *o, const struct oid *id,
    struct err *e);
/* Size of the plain bytes, as recorded beside them. */
int odb_size(uint64_t *size, struct odb *o, const struct oid *id,
    struct err *e);
/* The stored copy is whole by its own checksum, which is quicker than the
 * SHA-256; *size of the plain bytes.  ERR_NOENT, ERR_CORRUPT. */
int odb_check(uint64_t *size, struct odb *o, const struct oid *id,
    struct err *e);

/* "sha256:" and at least 8 digits, or the digits alone: the one object they
 * begin.  ERR_NOENT, or ERR_USAGE when several do. */
int odb_expand(struct oid *id, struct odb *o, const char *text,
    struct err *e);

/* Every object, source by source, in order of its name.  fn returns 0 to go
 * on. */
int odb_each(struct odb *o, int (*fn)(void *ctx, const struct oid *id,
    struct err *e), void *ctx, struct err *e);

#endif
