/*
 * store/gc/trash.h - what gc took out of the store, kept until the next gc:
 * .mlv/trash, with objects, packs and the list of versions that were removed.
 * Private to lib/store/gc.
 */
#ifndef STORE_GC_TRASH_H
#define STORE_GC_TRASH_H

#include <stdint.h>

#include "base/err.h"
#include "store/oid.h"
#include "store/repo.h"

/* Bytes and files in it. */
int trash_measure(uint64_t *bytes, uint64_t *files, struct repo *repo,
    struct err *e);
/* Remove all of it for good. */
int trash_empty(struct repo *repo, struct err *e);
/* Move a file of the store into it. */
int trash_object(struct repo *repo, const struct oid *id, struct err *e);
int trash_pack(struct repo *repo, const char *path, struct err *e);
/* The versions that are going to be removed, a line "KIND/NAME NUMBER" each;
 * durable when this returns. */
int trash_note_versions(struct repo *repo, const char *text, size_t n,
    struct err *e);
/* Put all of it back where it was, the versions too. */
int trash_restore(uint64_t *files, uint64_t *versions, struct repo *repo,
    struct err *e);

#endif
