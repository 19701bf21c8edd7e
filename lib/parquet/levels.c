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

/* Number k of those at p, `width` bits each. */
static inline uint32_t
bits_at(const uint8_t *p, unsigned k, unsigned width)
{
	unsigned bit = k * width;

	return (uint32_t)((get_le64(p + (bit >> 3)) >> (bit & 7)) &
	    (((uint64_t)1 << width) - 1));
}

/* Whole groups of eight: every shift is known where the width is. */
static inline __attribute__((always_inline)) size_t
unpack_groups(uint32_t *out, size_t n, unsigned width, const uint8_t *p)
{
	size_t i = 0;

	for (; n - i >= 8; i += 8, p += width) {
		out[i] = bits_at(p, 0, width);
		out[i + 1] = bits_at(p, 1, width);
		out[i + 2] = bits_at(p, 2, width);
		out[i + 3] = bits_at(p, 3, width);
		out[i + 4] = bits_at(p, 4, width);
		out[i + 5] = bits_at(p, 5, width);
		out[i + 6] = bits_at(p, 6, width);
		out[i + 7] = bits_at(p, 7, width);
	}
	return i;
}

#define WIDTH(w) case w: i = unpack_groups(out, n, w, p); break

void
bits_unpack32(uint32_t *out, size_t n, int width, const uint8_t *p)
{
	size_t i = 0;

	switch (width) {
	case 0:			/* there is nothing to read */
		memset(out, 0, n * sizeof(*out));
		return;
	WIDTH(1); WIDTH(2); WIDTH(3); WIDTH(4); WIDTH(5); WIDTH(6); WIDTH(7);
	WIDTH(8); WIDTH(9); WIDTH(10); WIDTH(11); WIDTH(12); WIDTH(13);
	WIDTH(14); WIDTH(15); WIDTH(16); WIDTH(17); WIDTH(18); WIDTH(19);
	WIDTH(20); WIDTH(21); WIDTH(22); WIDTH(23); WIDTH(24);
	default: i = unpack_groups(out, n, (unsigned)width, p); break;
	}
	p += i / 8 * (size_t)width;
	for (unsigned k = 0; i < n; i++, k++)
		out[i] = bits_at(p, k, (unsigned)width);
}

#undef WIDTH

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

/* In four lanes, so that none waits for another. */
static uint32_t
largest(const uint32_t *v, size_t n, uint32_t worst)
{
	uint32_t lane[4] = { worst, worst, worst, worst };
	size_t i = 0;

	for (; n - i >= 4; i += 4)
		for (size_t k = 0; k < 4; k++)
			lane[k] = v[i + k] > lane[k] ? v[i + k] : lane[k];
	for (; i < n; i++)
		lane[0] = v[i] > lane[0] ? v[i] : lane[0];
	for (size_t k = 0; k < 4; k++)
		worst = lane[k] > worst ? lane[k] : worst;
	return worst;
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
			worst = largest(out + at, k, worst);
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

size_t
levels_count8(const uint8_t *v, size_t n, uint8_t level)
{
	const uint64_t all = UINT64_C(0x0101010101010101) * level;
	size_t count = 0, i = 0;

	for (; n - i >= 8; i += 8) {
		if (get_le64(v + i) == all) {
			count += 8;	/* as in most columns */
			continue;
		}
		for (size_t k = 0; k < 8; k++)
			count += v[i + k] == level;
	}
	for (; i < n; i++)
		count += v[i] == level;
	return count;
}
