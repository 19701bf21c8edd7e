/*
 * promote/verify.h - is everything a version rests on there and whole?
 */
#ifndef PROMOTE_VERIFY_H
#define PROMOTE_VERIFY_H

#include <stdint.h>

#include "catalog/catalog.h"

struct verified {
	uint64_t objects;	/* checked */
	uint64_t bad;		/* damaged or gone */
};

/*
 * Check everything a version rests on byte for byte, to any depth.  fn (may
 * be NULL) hears of what is damaged or gone: `what` is the link's name or
 * rel.
 */
int version_verify(struct verified *out, struct catalog *c,
    const struct oid *id, void (*fn)(void *ctx, const char *what,
    const char *why), void *ctx, struct err *e);

#endif
