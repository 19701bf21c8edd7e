/* Runs and bit-packed groups, the hybrid encoding of Parquet. */
#include "parquet/levels.h"

#include <string.h>

#include "base/buf.h"

int
levels_width(uint32_t most)
{
	int w = 0;

	for (; most != 0; most >>= 1)
		w++;
	return w;
}

bool
levels_varint(uint64_t *v, const uint8_t **p, const uint8_t *end)
{
	*v = 0;
	for (int shift = 0; shift < 64 && *p < end; shift += 7) {
		uint8_t b = *(*p)++;

		*v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return true;
	}
	return false;
}

void
bits_unpack32(uint32_t *out, size_t n, int width, const uint8_t *p)
{
	const uint64_t mask = ((uint64_t)1 << width) - 1;
	size_t bit = 0;

	if (width == 0)		/* there is nothing to read */
		memset(out, 0, n * sizeof(*out));
	for (size_t i = 0; i < n && width; i++, bit += (size_t)width)
		out[i] = (uint32_t)(get_le64(p + (bit >> 3)) >> (bit & 7) &
		    mask);
}

void
bits_unpack64(uint64_t *out, size_t n, int width, const uint8_t *p)
{
	const uint64_t mask = width == 64 ? UINT64_MAX :
	    ((uint64_t)1 << width) - 1;
	size_t bit = 0;

	for (size_t i = 0; i < n; i++, bit += (size_t)width) {
		const uint8_t *at = p + (bit >> 3);
		int shift = bit & 7;
		uint64_t v = get_le64(at) >> shift;

		if (shift + width > 64)
			v |= (uint64_t)at[8] << (64 - shift);
		out[i] = v & mask;
	}
}

/* One run: its length in *n, and either its value or where its bits lie. */
static bool
next_run(size_t *n, bool *packed, uint32_t *value, const uint8_t **bits,
    int width, const uint8_t **p, const uint8_t *end)
{
	size_t bytes = ((size_t)width + 7) / 8;
	uint64_t head;

	if (!levels_varint(&head, p, end))
		return false;
	*packed = head & 1;
	if (!*packed) {
		*n = (size_t)(head >> 1);
		if ((size_t)(end - *p) < bytes)
			return false;
		*value = 0;
		for (size_t i = 0; i < bytes; i++)
			*value |= (uint32_t)(*p)[i] << 8 * i;
		*p += bytes;
		return true;
	}
	*bits = *p;
	head >>= 1;			/* groups of eight */
	if (width == 0) {
		*n = head > SIZE_MAX / 8 ? SIZE_MAX : (size_t)head * 8;
		return true;
	}
	/* the last group may be cut where its values are not needed */
	if (head > (size_t)(end - *p) / (size_t)width) {
		*n = (size_t)(end - *p) * 8 / (size_t)width;
		*p = end;
	} else {
		*n = (size_t)head * 8;
		*p += head * (size_t)width;
	}
	return true;
}

bool
levels_read32(uint32_t *out, size_t n, int width, uint32_t most,
    const uint8_t *p, const uint8_t *end)
{
	const uint8_t *bits = NULL;
	uint32_t value = 0, worst = 0;
	bool packed = false;
	size_t k = 0;

	for (size_t at = 0; at < n; at += k) {
		if (!next_run(&k, &packed, &value, &bits, width, &p, end) ||
		    k == 0)
			return false;
		k = k < n - at ? k : n - at;
		if (packed) {
			bits_unpack32(out + at, k, width, bits);
			for (size_t i = 0; i < k; i++)
				worst = out[at + i] > worst ? out[at + i] :
				    worst;
			continue;
		}
		worst = value > worst ? value : worst;
		for (size_t i = 0; i < k; i++)
			out[at + i] = value;
	}
	return worst <= most;
}

bool
levels_read8(uint8_t *out, size_t n, int width, uint8_t most,
    const uint8_t *p, const uint8_t *end)
{
	const uint8_t *bits = NULL;
	uint32_t value = 0, worst = 0;
	bool packed = false;
	size_t k = 0;

	if (width > 8)
		return false;
	for (size_t at = 0; at < n; at += k) {
		if (!next_run(&k, &packed, &value, &bits, width, &p, end) ||
		    k == 0)
			return false;
		k = k < n - at ? k : n - at;
		if (!packed) {
			worst = value > worst ? value : worst;
			memset(out + at, (int)value, k);
			continue;
		}
		for (size_t i = 0, bit = 0; i < k; i++, bit += (size_t)width) {
			unsigned v = (unsigned)(bits[bit >> 3] |
			    bits[(bit >> 3) + 1] << 8) >> (bit & 7);

			out[at + i] = (uint8_t)(v & ((1u << width) - 1));
			worst = out[at + i] > worst ? out[at + i] : worst;
		}
	}
	return worst <= most;
}
