/*
 * base/buf.h - a growable byte buffer that knows its limit.
 *
 * `data` is never NULL after buf_init and always has a NUL after its `len`
 * bytes, so it can be read as a C string.  A buffer states at birth how
 * large it may become; an append beyond that, or without memory, sets the
 * sticky flag `failed` and is ignored, so a writer appends freely and asks
 * once at the end (buf_check).  That keeps input from outside from growing
 * memory without bound and spares a check per append.
 *
 * Release with buf_free.  buf_detach hands the storage to the caller, who
 * frees it with free(3).
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

struct buf {
	char *data;
	size_t len;
	size_t alloc;
	size_t cap;		/* never longer than this */
	bool failed;
	bool starved;		/* failed for want of memory, not of cap */
};

#define BUF_CAP_SMALL ((size_t)1 << 20)		/* a name, a message */
#define BUF_CAP_DOC ((size_t)1 << 28)		/* a manifest, a card */
#define BUF_CAP_DATA ((size_t)1 << 36)		/* a data file in memory */

void buf_init(struct buf *b, size_t cap);
void buf_free(struct buf *b);
void buf_clear(struct buf *b);			/* len 0, storage kept */
char *buf_detach(struct buf *b, size_t *len);	/* b is empty afterwards */

/* Room for `n` more bytes: their address, or NULL with `failed` set.
 * What was written there is kept by buf_grew(b, n). */
char *buf_reserve(struct buf *b, size_t n);
void buf_grew(struct buf *b, size_t n);

void buf_add(struct buf *b, const void *p, size_t n);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *s);
void buf_addf(struct buf *b, const char *fmt, ...) MLV_PRINTF(2, 3);
void buf_addv(struct buf *b, const char *fmt, va_list ap) MLV_PRINTF(2, 0);

/* Fixed-width little-endian integers, for binary formats. */
void buf_le16(struct buf *b, uint16_t v);
void buf_le32(struct buf *b, uint32_t v);
void buf_le64(struct buf *b, uint64_t v);
static inline uint64_t
get_le64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));	/* one load, which a loop is not */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}
static inline uint32_t
get_le32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}
static inline uint16_t
get_le16(const void *p)
{
	const unsigned char *u = p;

	return (uint16_t)(u[0] | u[1] << 8);
}

/* 0, or -1 (ERR_TOOBIG or ERR_NOMEM) when any append was refused. */
int buf_check(const struct buf *b, struct err *e);

#endif
