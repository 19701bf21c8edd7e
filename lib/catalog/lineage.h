/*
 * catalog/lineage.h - what an object was made from.
 */
#ifndef CATALOG_LINEAGE_H
#define CATALOG_LINEAGE_H

#include "base/err.h"
#include "catalog/catalog.h"
#include "catalog/manifest.h"

/*
 * Everything `id` was made from: its manifest, then what that links to, to
 * any depth, each object once.  `depth` 0 is `id` itself; `l` describes the
 * link that led there (rel "" for the first).  fn returns 0 to go on.
 */
int catalog_lineage(struct catalog *c, const struct oid *id,
    int (*fn)(void *ctx, int depth, const struct link *l, struct err *e),
    void *ctx, struct err *e);

#endif
