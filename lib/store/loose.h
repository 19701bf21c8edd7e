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

#endif
