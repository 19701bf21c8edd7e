/*
 * quality/check/key_set.h - the keys seen so far, by 128 bits of hash.
 *
 * Two keys with one hash count as the same; with 2^32 keys the chance of any
 * such pair is below 2^-64.  Begin with all zero.
 */
#ifndef QUALITY_CHECK_KEY_SET_H
#define QUALITY_CHECK_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"

struct key_set {
	struct hash128 *slot;	/* open addressing; .lo == 0: free */
	size_t n, mask;
};

/* False when the key was there already. */
bool key_set_add(struct key_set *s, struct hash128 h);
bool key_set_has(const struct key_set *s, struct hash128 h);
void key_set_release(struct key_set *s);
/* What so many may take while they are added. */
uint64_t key_set_bytes(uint64_t n);

/* It will be asked for soon. */
static inline void
key_set_prefetch(const struct key_set *s, struct hash128 h)
{
	if (s->slot != NULL)
		__builtin_prefetch(&s->slot[h.hi & s->mask]);
}

#endif
