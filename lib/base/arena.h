/*
 * base/arena.h - memory for a tree of small things that die together.
 *
 * Passed explicitly to whoever builds a JSON tree, a manifest, a graph.
 * Nothing in it is freed alone; arena_free frees all.  A zeroed struct is
 * a valid empty arena.  Allocation never returns NULL, as xalloc (base/mem.h);
 * whoever reads sizes from outside caps them first, or tries.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"

struct arena_block;

struct arena {
	struct arena_block *block;	/* newest first */
	size_t used;			/* bytes handed out, for caps */
};

/* `n` bytes, zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n);
/* The same for a size from outside: NULL when there is no memory. */
void *arena_try(struct arena *a, size_t n);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) MLV_PRINTF(2, 3);
/* `list` of n elements of `size` bytes, with room for one more: itself, or a
 * copy with twice the room where *room is used up. */
void *arena_grow(struct arena *a, void *list, size_t n, size_t *room,
    size_t size);
void arena_free(struct arena *a);
/* What it takes of memory, which is more than `used`. */
size_t arena_footprint(const struct arena *a);
/* Empty, with a little memory kept for what comes next. */
void arena_clear(struct arena *a);

#endif
