/* Memory that is there or ends the program, and strings in it. */
#define _DEFAULT_SOURCE
#include "base/mem.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SMALL 1024
#define HUGE_BYTES ((size_t)2 << 20)
#define HUGE_FROM (2 * HUGE_BYTES)

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

/* Pages that nobody touched yet shall be huge ones: many columns are filled
 * row by row, and each has a page of its own under way. */
static void
ask_for_huge(char *p, size_t bytes)
{
	char *from = p + (HUGE_BYTES - (uintptr_t)p % HUGE_BYTES) % HUGE_BYTES;

	if ((size_t)(from - p) < bytes)
		(void)madvise(from, (bytes - (size_t)(from - p)) / HUGE_BYTES *
		    HUGE_BYTES, MADV_HUGEPAGE);
}

void *
mem_zeroed(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (p != NULL && n > 0 && size >= HUGE_FROM / n)
		ask_for_huge(p, n * size);
	return p;
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

void
mem_exhausted(void)
{
	exhausted();
	abort();
}

/* --- the reserve ----------------------------------------------------------- */

static _Atomic(void *) reserve;	/* pages nobody touches */
static size_t reserve_bytes;	/* written before the first is kept */

bool
mem_keep_reserve(size_t bytes)
{
	void *p, *none = NULL;

	if (atomic_load(&reserve))
		return true;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return false;
	reserve_bytes = bytes;
	if (!atomic_compare_exchange_strong(&reserve, &none, p))
		munmap(p, bytes);
	return true;
}

static bool
give_reserve(void)
{
	void *p = atomic_exchange(&reserve, NULL);

	return p && munmap(p, reserve_bytes) == 0;
}

/* --- what is always there -------------------------------------------------- */

void *
xalloc(size_t n, size_t size)
{
	size_t bytes;

	/* glibc's calloc passes by the thread's own list of small blocks */
	bool small = size_mul(&bytes, n, size) && bytes && bytes <= SMALL;
	void *p;

	do
		p = small ? malloc(bytes) : mem_zeroed(n, size);
	while (p == NULL && give_reserve());
	if (p == NULL)
		mem_exhausted();
	return small ? memset(p, 0, bytes) : p;
}

void *
xresize(void *p, size_t n, size_t size)
{
	void *more;

	do
		more = mem_resize(p, n, size);
	while (more == NULL && give_reserve());
	if (more == NULL)
		mem_exhausted();
	return more;
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *
xstrndup(const char *s, size_t n)
{
	char *p = xresize(NULL, n + 1, 1);

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
	p = xresize(NULL, (size_t)n + 1, 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

void
mem_on_exhaustion(void (*hook)(void))
{
	exhausted = hook;
}
