/* Protocol Buffers as a stream of fields, read and written. */
#include "codec/pb.h"

#include <string.h>

struct pb
pb_over(const void *p, size_t n)
{
	const uint8_t *s = p ? p : (const uint8_t *)"";

	return (struct pb){ s, s + n, false };
}

bool
pb_varint(struct pb *r, uint64_t *v)
{
	uint64_t x = 0;

	if (r->at == r->end || r->bad)
		return false;
	for (int shift = 0; shift < 70; shift += 7) {
		uint8_t c;

		if (r->at == r->end || shift == 70)
			break;
		c = *r->at++;
		if (shift < 64)
			x |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) {
			*v = x;
			return true;
		}
	}
	r->bad = true;
	return false;
}

static bool
take_bytes(struct pb *r, struct pb_field *f, size_t n)
{
	if ((size_t)(r->end - r->at) < n)
		return false;
	f->s = r->at;
	f->n = n;
	r->at += n;
	return true;
}

bool
pb_next(struct pb *r, struct pb_field *f)
{
	uint64_t key, n;

	if (!pb_varint(r, &key))
		return false;
	f->number = (uint32_t)(key >> 3);
	f->wire = (enum pb_wire)(key & 7);
	f->v = 0;
	/* a number where bytes are expected reads as no bytes */
	f->s = (const uint8_t *)"";
	f->n = 0;
	switch (f->wire) {
	case PB_VARINT:
		if (pb_varint(r, &f->v))
			return true;
		break;
	case PB_FIXED64:
		if (take_bytes(r, f, 8)) {
			f->v = get_le64(f->s);
			return true;
		}
		break;
	case PB_FIXED32:
		if (take_bytes(r, f, 4)) {
			f->v = get_le32(f->s);
			return true;
		}
		break;
	case PB_BYTES:
		if (pb_varint(r, &n) && n <= (uint64_t)(r->end - r->at) &&
		    take_bytes(r, f, (size_t)n))
			return true;
		break;
	}
	r->bad = true;
	return false;
}

float
pb_float(const struct pb_field *f)
{
	uint32_t u = (uint32_t)f->v;
	float x;

	memcpy(&x, &u, sizeof(x));
	return x;
}

void
pb_add_varint(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_addc(b, (char)(v | 0x80));
	buf_addc(b, (char)v);
}

void
pb_put_varint(struct buf *b, uint32_t number, uint64_t v)
{
	pb_add_varint(b, (uint64_t)number << 3 | PB_VARINT);
	pb_add_varint(b, v);
}

void
pb_put_bytes(struct buf *b, uint32_t number, const void *p, size_t n)
{
	pb_add_varint(b, (uint64_t)number << 3 | PB_BYTES);
	pb_add_varint(b, n);
	buf_add(b, p, n);
}

void
pb_put_text(struct buf *b, uint32_t number, const char *s)
{
	pb_put_bytes(b, number, s, strlen(s));
}

void
pb_put_float(struct buf *b, uint32_t number, float v)
{
	uint32_t u;

	memcpy(&u, &v, sizeof(u));
	pb_add_varint(b, (uint64_t)number << 3 | PB_FIXED32);
	buf_le32(b, u);
}
