/*
 * codec/pb.h - the protobuf wire format, as far as ONNX and gRPC need it.
 *
 * Reading is a cursor over bytes that yields one field at a time and never
 * looks past its end: a varint is at most 10 bytes, a length at most what
 * is left.  After anything wrong pb_next says false and `bad` is set.
 */
#ifndef CODEC_PB_H
#define CODEC_PB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum pb_wire { PB_VARINT = 0, PB_FIXED64 = 1, PB_BYTES = 2, PB_FIXED32 = 5 };

struct pb {
	const uint8_t *at, *end;
	bool bad;
};

struct pb_field {
	uint32_t number;
	enum pb_wire wire;
	uint64_t v;		/* varint, or the bits of a fixed one */
	const uint8_t *s;	/* PB_BYTES: n bytes, borrowed;
				 * none for PB_VARINT */
	size_t n;
};

struct pb pb_over(const void *p, size_t n);
bool pb_next(struct pb *r, struct pb_field *f);
/* A bare varint, as in a packed list; false at the end. */
bool pb_varint(struct pb *r, uint64_t *v);
float pb_float(const struct pb_field *f);	/* of PB_FIXED32 */

/* A bare one, for a packed list. */
void pb_add_varint(struct buf *b, uint64_t v);
void pb_put_varint(struct buf *b, uint32_t number, uint64_t v);
void pb_put_bytes(struct buf *b, uint32_t number, const void *p, size_t n);
void pb_put_text(struct buf *b, uint32_t number, const char *s);
void pb_put_float(struct buf *b, uint32_t number, float v);
/* A message is written into a buffer of its own, then put as bytes. */

#endif
