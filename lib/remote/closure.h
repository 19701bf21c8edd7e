/*
 * remote/closure.h - everything that an object leads to: by the links of
 * manifests, by the entries of trees, and by the parts that it is kept in.
 */
#ifndef REMOTE_CLOSURE_H
#define REMOTE_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "store/oid.h"

struct closure;

enum closure_kind { CLOSURE_BYTES, CLOSURE_MANIFEST, CLOSURE_TREE };

/*
 * `have` is asked once for each object that is come by; it says 1 when it is
 * here, to be looked into; 0 when it is not, to be asked of again later; 2
 * when nothing below it matters; or -1.
 */
typedef int closure_fn(void *ctx, const struct oid *id,
    enum closure_kind kind, struct err *e);

struct closure *closure_new(struct catalog *c, closure_fn *have, void *ctx);
void closure_free(struct closure *k);
/* An object to begin with. */
void closure_add(struct closure *k, const struct oid *id,
    enum closure_kind kind);
/* Go on until nothing is left but what was answered 0; *waiting counts those.
 * Called again it asks for them again. */
int closure_walk(size_t *waiting, struct closure *k, struct err *e);

#endif
