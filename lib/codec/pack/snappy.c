/* Snappy's block format: literals and copies. */
#include "codec/pack/snappy.h"

#include <string.h>

#include "codec/pack/copy_back.h"

#define BLOCK 65536		/* copies do not reach beyond one */
#define HASH_BITS 14

/* The length of a literal, which may stand in bytes of its own. */
static bool
literal_length(size_t *len, const uint8_t **p, const uint8_t *end)
{
	size_t more = *len - 60;

	if (*len <= 60)
		return true;
	if ((size_t)(end - *p) < more)
		return false;
	*len = 0;
	for (size_t i = 0; i < more; i++)
		*len |= (size_t)(*p)[i] << 8 * i;
	*p += more;
	++*len;
	return true;
}

static bool
read_copy(size_t *len, size_t *off, uint8_t tag, const uint8_t **p,
    const uint8_t *end)
{
	size_t need = (tag & 3) == 3 ? 4 : tag & 3;

	if ((size_t)(end - *p) < need)
		return false;
	if ((tag & 3) == 1) {
		*len = 4 + (tag >> 2 & 7);
		*off = (size_t)(tag >> 5) << 8 | (*p)[0];
	} else {
		*len = (size_t)(tag >> 2) + 1;
		*off = need == 2 ? get_le16(*p) : get_le32(*p);
	}
	*p += need;
	return true;
}

static bool
read_length(size_t *n, const uint8_t **p, const uint8_t *end)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 35 && *p < end; shift += 7) {
		uint8_t b = *(*p)++;

		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80)) {
			*n = (size_t)v;
			return true;
		}
	}
	return false;
}

bool
snappy_unpack(char *out, size_t n, const char *in, size_t in_n)
{
	const uint8_t *p = (const uint8_t *)in, *end = p + in_n;
	uint8_t *to = (uint8_t *)out, *stop = to + n;
	size_t len, off;

	if (!read_length(&len, &p, end) || len != n)
		return false;
	while (p < end) {
		uint8_t tag = *p++;

		if ((tag & 3) == 0) {
			len = (size_t)(tag >> 2) + 1;
			if (!literal_length(&len, &p, end) ||
			    len > (size_t)(end - p) || len > (size_t)(stop - to))
				return false;
			memcpy(to, p, len);
			p += len;
		} else {
			if (!read_copy(&len, &off, tag, &p, end) || off == 0 ||
			    off > (size_t)(to - (uint8_t *)out) ||
			    len > (size_t)(stop - to))
				return false;
			copy_back(to, off, len, (size_t)(stop - to));
		}
		to += len;
	}
	return to == stop;
}

static void
put_literal(struct buf *out, const uint8_t *p, size_t n)
{
	if (n == 0)
		return;
	if (n <= 60) {
		buf_addc(out, (char)((n - 1) << 2));
	} else if (n <= 256) {
		buf_addc(out, (char)(60 << 2));
		buf_addc(out, (char)(n - 1));
	} else {
		buf_addc(out, (char)(61 << 2));
		buf_le16(out, (uint16_t)(n - 1));
	}
	buf_add(out, p, n);
}

static void
put_copy(struct buf *out, size_t off, size_t len)
{
	while (len > 0) {
		size_t k = len > 64 ? (len < 68 ? 60 : 64) : len;

		buf_addc(out, (char)((k - 1) << 2 | 2));
		buf_le16(out, (uint16_t)off);
		len -= k;
	}
}

static void
pack_block(struct buf *out, const uint8_t *in, size_t n, uint16_t *table)
{
	size_t at = 0, plain = 0, step = 32;

	memset(table, 0, sizeof(*table) << HASH_BITS);
	while (n >= 16 && at + 16 <= n) {
		uint32_t word = get_le32(in + at);
		size_t h = word * 0x1e35a7bdu >> (32 - HASH_BITS);
		size_t was = table[h], len = 4;

		table[h] = (uint16_t)at;
		if (was >= at || get_le32(in + was) != word) {
			at += step++ >> 5;
			continue;
		}
		while (at + len < n && in[was + len] == in[at + len])
			len++;
		put_literal(out, in + plain, at - plain);
		put_copy(out, at - was, len);
		at += len;
		plain = at;
		step = 32;
	}
	put_literal(out, in + plain, n - plain);
}

void
snappy_pack(struct buf *out, const char *in, size_t n)
{
	uint16_t table[1 << HASH_BITS];
	uint64_t v = n;

	for (; v >= 0x80; v >>= 7)
		buf_addc(out, (char)(v | 0x80));
	buf_addc(out, (char)v);
	for (size_t at = 0; at < n; at += BLOCK)
		pack_block(out, (const uint8_t *)in + at, n - at < BLOCK ?
		    n - at : BLOCK, table);
}
