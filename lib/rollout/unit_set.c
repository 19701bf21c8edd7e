/* A set of units by their places, with a word of flags each. */
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "rollout/internal.h"

struct slot {
	uint64_t unit, flags;
	bool used;
};

struct unit_set {
	struct slot *slot;
	size_t n, room;			/* room is a power of two */
};

struct unit_set *
unit_set_new(void)
{
	struct unit_set *s = xalloc(1, sizeof(*s));

	s->room = 1024;
	s->slot = xalloc(s->room, sizeof(*s->slot));
	return s;
}

void
unit_set_free(struct unit_set *s)
{
	if (s == NULL)
		return;
	free(s->slot);
	free(s);
}

/* Where it is, or would be. */
static struct slot *
find(struct slot *slot, size_t room, uint64_t unit)
{
	size_t i = (size_t)rng_mix(unit) & (room - 1);

	while (slot[i].used && slot[i].unit != unit)
		i = (i + 1) & (room - 1);
	return &slot[i];
}

static void
grow(struct unit_set *s)
{
	size_t room = s->room * 2;
	struct slot *slot = xalloc(room, sizeof(*slot));

	for (size_t i = 0; i < s->room; i++)
		if (s->slot[i].used)
			*find(slot, room, s->slot[i].unit) = s->slot[i];
	free(s->slot);
	s->slot = slot;
	s->room = room;
}

uint64_t *
unit_set_add(struct unit_set *s, uint64_t unit)
{
	struct slot *p = find(s->slot, s->room, unit);

	if (!p->used && s->n * 2 >= s->room) {
		grow(s);
		p = find(s->slot, s->room, unit);
	}
	if (!p->used) {
		p->used = true;
		p->unit = unit;
		s->n++;
	}
	return &p->flags;
}
