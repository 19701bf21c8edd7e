/*
 * codec/base64.h - bytes as text of 64 signs (RFC 4648), as HTTP's Basic
 * authentication and page tokens have them.
 */
#ifndef CODEC_BASE64_H
#define CODEC_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

void base64_encode(struct buf *out, const void *p, size_t n);
/* Append what n bytes of text stand for; false when they are none.  The
 * signs '=' at the end may be missing. */
bool base64_decode(struct buf *out, const char *s, size_t n);

#endif
