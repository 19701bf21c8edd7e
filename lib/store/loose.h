/*
 * store/loose.h - the source that keeps one file an object; its format is
 * drawn in loose.c.  Private to lib/store.
 */
#ifndef STORE_LOOSE_H
#define STORE_LOOSE_H

#include "store/layout.h"
#include "store/object_source.h"

/* `l` is borrowed and must outlive the source. */
struct object_source *loose_new(struct layout *l);
/* Its file's bytes and when it was written, in seconds since 1970. */
int loose_file(uint64_t *bytes, int64_t *written, struct object_source *s,
    const struct oid *id, struct err *e);

#endif
