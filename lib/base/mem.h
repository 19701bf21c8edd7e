/*
 * base/mem.h - allocation with the arithmetic checked.
 *
 * Sizes that come from outside go through the fallible forms, which return
 * NULL on overflow or want of memory.  Small fixed needs of our own use the
 * x-forms, which call the out-of-memory hook (lib/cli: one line, exit 3)
 * and never return NULL.  A server keeps a reserve for them, so that a request
 * that finds no memory is refused and the next one answered.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

/* *out = a * b (or a + b); false when that does not fit a size_t. */
bool size_mul(size_t *out, size_t a, size_t b);
bool size_add(size_t *out, size_t a, size_t b);

/* n items of `size` bytes; NULL on overflow or no memory.  free() them. */
void *mem_array(size_t n, size_t size);
void *mem_zeroed(size_t n, size_t size);
/* Like realloc; on NULL the old block still stands. */
void *mem_resize(void *p, size_t n, size_t size);
/* As mem_array, the address a multiple of `align` (a power of two). */
void *mem_aligned(size_t align, size_t n, size_t size);

void *xalloc(size_t n, size_t size);		/* zeroed */
void *xresize(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xprintf(const char *fmt, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 1, 2)))
#endif
    ;

/* What the x-forms call when there is no memory; must not return.
 * Set once, at start, by lib/cli. */
void mem_on_exhaustion(void (*hook)(void));
/* As an x-form that failed: it does not return. */
void mem_exhausted(void);
/* Memory set aside for x-forms once there is no other; false while there is
 * none to set aside.  Cheap when it is there already. */
bool mem_keep_reserve(size_t bytes);

#endif
