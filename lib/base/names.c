/* The places of names in a list: a dictionary, and which place each of its
 * numbers was. */
#include "base/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"

struct names {
	struct intern *seen;
	size_t *place;			/* by number of `seen` */
	size_t n, room;			/* names added; of `place` */
};

bool
name_is_listed(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

struct names *
names_new(void)
{
	struct names *n = xalloc(1, sizeof(*n));

	n->seen = intern_new();
	return n;
}

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	intern_free(n->seen);
	free(n->place);
	free(n);
}

void
names_add(struct names *n, const char *name)
{
	size_t before = intern_count(n->seen);

	if (before == n->room) {
		n->room = n->room ? n->room * 2 : 64;
		n->place = xresize(n->place, n->room, sizeof(*n->place));
	}
	if (intern_add(n->seen, name, strlen(name)) == before)
		n->place[before] = n->n;
	n->n++;
}

size_t
names_find(const struct names *n, const char *name)
{
	uint32_t id = intern_find(n->seen, name, strlen(name));

	return id == INTERN_NONE ? NAMES_NONE : n->place[id];
}
