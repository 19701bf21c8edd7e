/*
 * store/pack/exchange.h - objects between repositories: their stored bytes
 * out of one, whole packs into another.
 *
 * Whoever sends asks exchange_stored for each object and each of its parts
 * and adds what it gets to a pack_writer (store/pack/pack_writer.h) without
 * compressing anew.  Whoever receives writes the bytes to a file of its own
 * in the repository's folder tmp, then exchange_take.
 */
#ifndef STORE_PACK_EXCHANGE_H
#define STORE_PACK_EXCHANGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/oid.h"
#include "store/pack/pack.h"
#include "store/repo.h"

/* An object's stored bytes appended to *out and their entry in *t, as
 * pack_writer_add takes them; t->encoding PACK_PARTS says that *out is a list
 * of parts (pack_part_at), which are objects too.  ERR_NOENT, ERR_CORRUPT. */
int exchange_stored(struct pack_entry *t, struct buf *out, struct repo *repo,
    const struct oid *id, struct err *e);

/* What is there from now on stays until the repository is closed, whatever gc
 * runs.  Before asking what is there, and so need not be brought.  ERR_BUSY. */
int exchange_hold(struct repo *repo, struct err *e);

/*
 * Move the pack at `path`, on the store's file system, into the repository.
 * Its name is checked against `name`, its index, and each object that is not
 * in parts against its own id, so what somebody else sent is what it says.
 * It is durable when exchange_sync returned 0.  A pack that is there already
 * stays; `path` is gone either way.  ERR_CORRUPT.
 */
int exchange_take(struct repo *repo, const char *path,
    const struct oid *name, struct err *e);
int exchange_sync(struct repo *repo, struct err *e);

/* Are all parts of an object here?  Of one that is whole always.  ERR_NOENT. */
int exchange_parts_here(bool *yes, struct repo *repo, const struct oid *id,
    struct err *e);
/* Take an object in parts, which is not what its name says, out of the packs
 * that have it so: what else they have is in others then.  Only while the
 * repository is held. */
int exchange_expel(struct repo *repo, const struct oid *id, struct err *e);

/* Where packs are, and the name of one, to be freed. */
char *exchange_pack_path(const struct repo *repo, const struct oid *name);

#endif
