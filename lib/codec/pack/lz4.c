/* LZ4's block format: literals, then a match, again and again. */
#include "codec/pack/lz4.h"

#include <stdint.h>
#include <string.h>

#include "codec/pack/copy_back.h"

#define MATCH_LEAST 4

/* A length of 15 goes on in bytes until one is not 255. */
static bool
long_length(size_t *len, const uint8_t **p, const uint8_t *end)
{
	uint8_t b = 255;

	if (*len != 15)
		return true;
	while (b == 255) {
		if (*p == end)
			return false;
		b = *(*p)++;
		*len += b;
	}
	return true;
}

bool
lz4_unpack(char *out, size_t n, const char *in, size_t in_n)
{
	const uint8_t *p = (const uint8_t *)in, *end = p + in_n;
	uint8_t *to = (uint8_t *)out, *stop = to + n;

	while (p < end) {
		uint8_t tag = *p++;
		size_t len = tag >> 4, match = tag & 15, off;

		if (!long_length(&len, &p, end) || len > (size_t)(end - p) ||
		    len > (size_t)(stop - to))
			return false;
		if (len > 0)
			memcpy(to, p, len);
		to += len;
		p += len;
		if (p == end)		/* the last one has no match */
			break;
		if (end - p < 2)
			return false;
		off = (size_t)(p[0] | p[1] << 8);
		p += 2;
		if (!long_length(&match, &p, end))
			return false;
		match += MATCH_LEAST;
		if (off == 0 || off > (size_t)(to - (uint8_t *)out) ||
		    match > (size_t)(stop - to))
			return false;
		copy_back(to, off, match, (size_t)(stop - to));
		to += match;
	}
	return to == stop;
}

static size_t
get_be32(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 |
	    p[3];
}

bool
lz4_unpack_framed(char *out, size_t n, const char *in, size_t in_n)
{
	while (in_n >= 8) {
		size_t made = get_be32((const uint8_t *)in);
		size_t packed = get_be32((const uint8_t *)in + 4);

		if (made > n || packed > in_n - 8 ||
		    !lz4_unpack(out, made, in + 8, packed))
			return false;
		out += made;
		n -= made;
		in += 8 + packed;
		in_n -= 8 + packed;
	}
	return n == 0 && in_n == 0;
}
