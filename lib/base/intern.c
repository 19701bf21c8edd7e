/* A dictionary from byte strings to small numbers. */
#include "base/intern.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"

struct intern_entry {
	const char *s;
	size_t n;
	uint64_t hash;
};

struct intern {
	struct arena text;
	struct intern_entry *entries;		/* by number */
	size_t n, room;
	uint32_t *slots;		/* number + 1, 0 = free */
	size_t mask;
};

struct intern *
intern_new(void)
{
	struct intern *t = xalloc(1, sizeof(*t));

	t->mask = 63;
	t->slots = xalloc(t->mask + 1, sizeof(*t->slots));
	return t;
}

void
intern_free(struct intern *t)
{
	if (t == NULL)
		return;
	arena_free(&t->text);
	free(t->entries);
	free(t->slots);
	free(t);
}

size_t
intern_count(const struct intern *t)
{
	return t->n;
}

/* The slot where the string is, or the free one where it belongs. */
static size_t
slot_of(const struct intern *t, const char *s, size_t n, uint64_t hash)
{
	size_t i = hash & t->mask;

	for (; t->slots[i]; i = (i + 1) & t->mask) {
		const struct intern_entry *e = &t->entries[t->slots[i] - 1];

		if (e->hash == hash && e->n == n &&
		    (n == 0 || memcmp(e->s, s, n) == 0))
			break;
	}
	return i;
}

static void
grow_table(struct intern *t)
{
	size_t j;

	free(t->slots);
	t->mask = t->mask * 2 + 1;
	t->slots = xalloc(t->mask + 1, sizeof(*t->slots));
	for (size_t i = 0; i < t->n; i++) {
		for (j = t->entries[i].hash & t->mask; t->slots[j];)
			j = (j + 1) & t->mask;
		t->slots[j] = (uint32_t)i + 1;
	}
}

uint32_t
intern_add(struct intern *t, const char *s, size_t n)
{
	uint64_t hash = hash64(s, n, 0);
	size_t i = slot_of(t, s, n, hash);

	if (t->slots[i])
		return t->slots[i] - 1;
	if (t->n == t->room) {
		t->room = t->room ? t->room * 2 : 32;
		t->entries = xresize(t->entries, t->room, sizeof(*t->entries));
	}
	t->entries[t->n++] = (struct intern_entry){
		arena_strndup(&t->text, s, n), n, hash
	};
	t->slots[i] = (uint32_t)t->n;
	if (t->n * 2 > t->mask)
		grow_table(t);
	return (uint32_t)t->n - 1;
}

uint32_t
intern_find(const struct intern *t, const char *s, size_t n)
{
	size_t i = slot_of(t, s, n, hash64(s, n, 0));

	return t->slots[i] ? t->slots[i] - 1 : INTERN_NONE;
}

const char *
intern_text(const struct intern *t, uint32_t id, size_t *n)
{
	if (n)
		*n = t->entries[id].n;
	return t->entries[id].s;
}
