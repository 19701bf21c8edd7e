/*
 * A hash table of hashes, doubled when half full.
 */
#include "quality/key_set.h"

#include <stdlib.h>

#include "base/mem.h"

bool
key_set_add(struct key_set *s, const void *p, size_t n)
{
	struct hash128 h = hash128(p, n), *old = s->slot;
	size_t room = s->slot ? s->mask + 1 : 0, i;

	h.lo |= 1;		/* 0 is a free slot */
	if (2 * s->n >= room) {
		s->mask = room ? 2 * room - 1 : 1023;
		s->slot = xalloc(s->mask + 1, sizeof(*s->slot));
		for (size_t k = 0; k < room; k++) {
			if (old[k].lo == 0)
				continue;
			i = old[k].hi & s->mask;
			while (s->slot[i].lo != 0)
				i = (i + 1) & s->mask;
			s->slot[i] = old[k];
		}
		free(old);
	}
	for (i = h.hi & s->mask; s->slot[i].lo != 0; i = (i + 1) & s->mask)
		if (s->slot[i].lo == h.lo && s->slot[i].hi == h.hi)
			return false;
	s->slot[i] = h;
	s->n++;
	return true;
}

void
key_set_release(struct key_set *s)
{
	free(s->slot);
}
