/* Memory that is there or ends the program, and strings in it. */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL 1024

static void (*exhausted)(void) = abort;

bool
size_mul(size_t *out, size_t a, size_t b)
{
	return !__builtin_mul_overflow(a, b, out);
}

bool
size_add(size_t *out, size_t a, size_t b)
{
	return !__builtin_add_overflow(a, b, out);
}

void *
mem_array(size_t n, size_t size)
{
	size_t total;

	if (!size_mul(&total, n, size))
		return NULL;
	return malloc(total ? total : 1);
}

void *
mem_zeroed(size_t n, size_t size)
{
	return calloc(n ? n : 1, size ? size : 1);
}

void *
mem_resize(void *p, size_t n, size_t size)
{
	size_t total;

	if (!size_mul(&total, n, size))
		return NULL;
	return realloc(p, total ? total : 1);
}

void *
mem_aligned(size_t align, size_t n, size_t size)
{
	size_t total;
	void *p;

	if (!size_mul(&total, n, size) ||
	    posix_memalign(&p, align, total ? total : 1) != 0)
		return NULL;
	return p;
}

static void *
or_exhausted(void *p)
{
	if (p == NULL) {
		exhausted();
		abort();
	}
	return p;
}

void *
xalloc(size_t n, size_t size)
{
	size_t bytes;

	/* glibc's calloc passes by the thread's own list of small blocks */
	if (size_mul(&bytes, n, size) && bytes && bytes <= SMALL)
		return memset(or_exhausted(malloc(bytes)), 0, bytes);
	return or_exhausted(mem_zeroed(n, size));
}

void *
xresize(void *p, size_t n, size_t size)
{
	return or_exhausted(mem_resize(p, n, size));
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *
xstrndup(const char *s, size_t n)
{
	char *p = or_exhausted(mem_array(n + 1, 1));

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
xprintf(const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = or_exhausted(mem_array((size_t)n + 1, 1));
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

void
mem_on_exhaustion(void (*hook)(void))
{
	exhausted = hook;
}
