/*
 * promote/verify.h - is everything a version rests on there and whole?
 */
#ifndef PROMOTE_VERIFY_H
#define PROMOTE_VERIFY_H

#include <stdint.h>

#include "catalog/catalog.h"

/*
 * Everything a version rests on, checked byte for byte.  fn (may be NULL)
 * hears of what is damaged or gone: label is the link's name or rel.
 * *objects counts what was checked, *bad what did not hold.
 */
int registry_verify(uint64_t *objects, uint64_t *bad, struct catalog *c,
    const struct oid *id, void (*fn)(void *ctx, const char *what,
    const char *why), void *ctx, struct err *e);

#endif
