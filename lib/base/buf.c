/* A growable byte buffer that knows its limit. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an empty buffer points at; never written to. */
static char empty[1];

void
buf_init(struct buf *b, size_t cap)
{
	b->data = empty;
	b->len = b->alloc = 0;
	b->cap = cap;
	b->failed = b->starved = false;
}

void
buf_free(struct buf *b)
{
	if (b->alloc)
		free(b->data);
	buf_init(b, b->cap);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = b->starved = false;
	if (b->alloc)
		b->data[0] = '\0';
}

char *
buf_detach(struct buf *b, size_t *len)
{
	char *p = b->alloc ? b->data : calloc(1, 1);

	if (len)
		*len = b->len;
	b->alloc = 0;
	buf_init(b, b->cap);
	return p;
}

char *
buf_reserve(struct buf *b, size_t n)
{
	size_t want;
	char *p;

	if (b->failed || n > b->cap - b->len) {
		b->failed = true;
		return NULL;
	}
	if (b->len + n < b->alloc)
		return b->data + b->len;
	want = b->alloc ? b->alloc * 2 : 64;
	if (want < b->len + n + 1)
		want = b->len + n + 1;
	if (want > b->cap + 1)
		want = b->cap + 1;
	p = realloc(b->alloc ? b->data : NULL, want);
	if (p == NULL) {
		b->failed = b->starved = true;
		return NULL;
	}
	b->data = p;
	b->alloc = want;
	return p + b->len;
}

void
buf_grew(struct buf *b, size_t n)
{
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	char *at = buf_reserve(b, n);

	if (at == NULL)
		return;
	if (n)
		memcpy(at, p, n);
	buf_grew(b, n);
}

void
buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char *at;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || (at = buf_reserve(b, (size_t)n)) == NULL) {
		b->failed = true;
		return;
	}
	vsnprintf(at, (size_t)n + 1, fmt, ap);
	buf_grew(b, (size_t)n);
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addv(b, fmt, ap);
	va_end(ap);
}

static void
add_le(struct buf *b, uint64_t v, size_t n)
{
	unsigned char tmp[8];

	for (size_t i = 0; i < n; i++)
		tmp[i] = (unsigned char)(v >> (8 * i));
	buf_add(b, tmp, n);
}

void buf_le16(struct buf *b, uint16_t v) { add_le(b, v, 2); }
void buf_le32(struct buf *b, uint32_t v) { add_le(b, v, 4); }
void buf_le64(struct buf *b, uint64_t v) { add_le(b, v, 8); }

int
buf_check(const struct buf *b, struct err *e)
{
	if (!b->failed)
		return 0;
	if (b->starved)
		return err_set(e, ERR_NOMEM, "out of memory after %zu bytes",
		    b->len);
	return err_set(e, ERR_TOOBIG,
	    "out of room after %zu bytes (limit %zu)", b->len, b->cap);
}
