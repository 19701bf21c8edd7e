/*
 * A hash table of hashes, doubled when it is three quarters full.
 */
#include "quality/check/key_set.h"

#include <stdlib.h>

#include "base/mem.h"

static void
grow(struct key_set *s)
{
	struct hash128 *old = s->slot;
	size_t room = old != NULL ? s->mask + 1 : 0, i;

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

/* Its place, or the free one where it would be. */
static size_t
place_of(const struct key_set *s, struct hash128 h)
{
	size_t i = h.hi & s->mask;

	while (s->slot[i].lo != 0 && (s->slot[i].lo != h.lo ||
	    s->slot[i].hi != h.hi))
		i = (i + 1) & s->mask;
	return i;
}

bool
key_set_add(struct key_set *s, struct hash128 h)
{
	size_t i;

	h.lo |= 1;		/* 0 is a free slot */
	if (s->slot == NULL || 4 * (s->n + 1) > 3 * (s->mask + 1))
		grow(s);
	i = place_of(s, h);
	if (s->slot[i].lo != 0)
		return false;
	s->slot[i] = h;
	s->n++;
	return true;
}

bool
key_set_has(const struct key_set *s, struct hash128 h)
{
	h.lo |= 1;
	return s->slot != NULL && s->slot[place_of(s, h)].lo != 0;
}

void
key_set_release(struct key_set *s)
{
	free(s->slot);
	*s = (struct key_set){ NULL, 0, 0 };
}

uint64_t
key_set_bytes(uint64_t n)
{
	uint64_t room = 1024;

	if (n == 0)
		return 0;
	while (room < UINT64_C(1) << 48 && 4 * n > 3 * room)
		room *= 2;
	return (room + room / 2) * sizeof(struct hash128);
}
