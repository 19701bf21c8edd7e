/* Memory that is freed all at once. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_BYTES ((size_t)960)	/* most arenas stay small */
#define BLOCK_BYTES ((size_t)32 << 10)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	max_align_t bytes[];
};

/* With `need` as xalloc, else NULL where that would not return. */
static void *
take(struct arena *a, size_t n, bool need)
{
	struct arena_block *b = a->block;
	size_t unit = sizeof(max_align_t), size;
	void *p;

	if (n > SIZE_MAX / 2) {
		if (need)
			mem_exhausted();
		return NULL;
	}
	n = n ? (n + unit - 1) / unit * unit : unit;
	if (b == NULL || b->size - b->used < n) {
		size = b == NULL ? FIRST_BYTES : b->size * 4;
		if (size < n || size > BLOCK_BYTES)
			size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
		b = need ? xalloc(1, sizeof(*b) + size) :
		    mem_zeroed(1, sizeof(*b) + size);
		if (b == NULL)
			return NULL;
		b->size = size;
		/* an oversized block goes behind a half-full one */
		if (a->block && n > BLOCK_BYTES) {
			b->next = a->block->next;
			a->block->next = b;
		} else {
			b->next = a->block;
			a->block = b;
		}
	}
	p = (char *)b->bytes + b->used;
	b->used += n;
	a->used += n;
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	return take(a, n, true);
}

void *
arena_try(struct arena *a, size_t n)
{
	return take(a, n, false);
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	if (n)
		memcpy(p, s, n);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

void *
arena_grow(struct arena *a, void *list, size_t n, size_t *room, size_t size)
{
	void *more;

	if (n < *room)
		return list;
	*room = *room ? *room * 2 : 8;
	more = arena_alloc(a, *room * size);
	if (n)
		memcpy(more, list, n * size);
	return more;
}

size_t
arena_footprint(const struct arena *a)
{
	size_t n = 0;

	for (const struct arena_block *b = a->block; b; b = b->next)
		n += sizeof(*b) + b->size;
	return n;
}

void
arena_clear(struct arena *a)
{
	struct arena_block *kept = a->block, *b, *next;

	if (kept == NULL || kept->size > BLOCK_BYTES) {
		arena_free(a);
		return;
	}
	for (b = kept->next; b; b = next) {
		next = b->next;
		free(b);
	}
	memset(kept->bytes, 0, kept->used);
	kept->next = NULL;
	kept->used = 0;
	a->used = 0;
}

void
arena_free(struct arena *a)
{
	struct arena_block *b, *next;

	for (b = a->block; b; b = next) {
		next = b->next;
		free(b);
	}
	a->block = NULL;
	a->used = 0;
}
