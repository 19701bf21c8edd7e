/* A dictionary from byte strings to small numbers. */
#include "base/intern.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"

struct entry {
	const char *s;
	size_t n;
	uint64_t hash;
};

struct intern {
	struct arena text;
	struct entry *entries;		/* by number */
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

#define WORD 8			/* bytes of a string that are its hash */

static inline uint64_t
load32(const char *s)
{
	uint32_t v;

	memcpy(&v, s, sizeof(v));
	return v;
}

/* Of up to WORD bytes one to one for their number: who has the same hash and
 * length is the same.  Each step can be undone. */
static inline uint64_t
hash_word(const char *s, size_t n)
{
	uint64_t v = n >= 4 ? load32(s) | load32(s + n - 4) << 32 : 0;

	for (size_t i = 0; i < n && n < 4; i++)
		v |= (uint64_t)(unsigned char)s[i] << 8 * i;
	v ^= n << 56;
	v *= UINT64_C(0x9e3779b97f4a7c15);
	return v ^ v >> 32;
}

static inline uint64_t
hash_of(const char *s, size_t n)
{
	return n <= WORD ? hash_word(s, n) : hash64(s, n, 0);
}

/* The slot where the string is, or the free one where it belongs. */
static size_t
slot_of(const struct intern *t, const char *s, size_t n, uint64_t hash)
{
	size_t i = hash & t->mask;

	for (; t->slots[i]; i = (i + 1) & t->mask) {
		const struct entry *e = &t->entries[t->slots[i] - 1];

		if (e->hash == hash && e->n == n &&
		    (n <= WORD || memcmp(e->s, s, n) == 0))
			break;
	}
	return i;
}

static bool
grow_slots(struct intern *t)
{
	size_t mask = t->mask * 2 + 1, j;
	uint32_t *slots = mem_zeroed(mask + 1, sizeof(*slots));

	if (slots == NULL)
		return false;
	free(t->slots);
	t->mask = mask;
	t->slots = slots;
	for (size_t i = 0; i < t->n; i++) {
		for (j = t->entries[i].hash & t->mask; t->slots[j];)
			j = (j + 1) & t->mask;
		t->slots[j] = (uint32_t)i + 1;
	}
	return true;
}

static bool
grow_entries(struct intern *t)
{
	size_t room = t->room ? t->room * 2 : 32;
	struct entry *more = mem_resize(t->entries, room, sizeof(*more));

	if (more == NULL)
		return false;
	t->entries = more;
	t->room = room;
	return true;
}

uint32_t
intern_try(struct intern *t, const char *s, size_t n)
{
	uint64_t hash = hash_of(s, n);
	size_t i = slot_of(t, s, n, hash);
	char *copy;

	if (t->slots[i])
		return t->slots[i] - 1;
	if (t->n * 2 >= t->mask) {
		if (!grow_slots(t))
			return INTERN_NONE;
		i = slot_of(t, s, n, hash);
	}
	if ((t->n == t->room && !grow_entries(t)) ||
	    (copy = arena_try(&t->text, n + 1)) == NULL)
		return INTERN_NONE;
	if (n)
		memcpy(copy, s, n);
	t->entries[t->n++] = (struct entry){ copy, n, hash };
	t->slots[i] = (uint32_t)t->n;
	return (uint32_t)t->n - 1;
}

uint32_t
intern_add(struct intern *t, const char *s, size_t n)
{
	uint32_t id = intern_try(t, s, n);

	if (id == INTERN_NONE)
		mem_exhausted();
	return id;
}

uint32_t
intern_find(const struct intern *t, const char *s, size_t n)
{
	size_t i = slot_of(t, s, n, hash_of(s, n));

	return t->slots[i] ? t->slots[i] - 1 : INTERN_NONE;
}

const char *
intern_text(const struct intern *t, uint32_t id, size_t *n)
{
	if (n)
		*n = t->entries[id].n;
	return t->entries[id].s;
}
