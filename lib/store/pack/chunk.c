/*
 * FastCDC with normalised chunking: a gear hash, a harder mask up to the
 * average size and an easier one beyond it.
 */
#include "store/pack/chunk.h"

#include <stdbool.h>
#include <stdint.h>

#define AVERAGE ((size_t)1 << CHUNK_AVERAGE_BITS)
#define NORMALISE 2		/* bits that the masks are harder and easier */

/* The first `bits` bits, which all 64 bytes before have moved. */
#define MASK(bits) (~(uint64_t)0 << (64 - (bits)))

/* The i-th number of SplitMix64 from 0. */
static uint64_t
gear_number(uint64_t i)
{
	uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* The next byte moves the window; a cut is behind it where the bits of the
 * mask are 0, which are the first of the hash. */
#define STEP(k) do { \
	h = (h << 1) + gear[p[i + (k)]]; \
	if (h < limit) { \
		*found = true; \
		return i + (k) + 1; \
	} \
} while (0)

/* Eight bytes a turn: what a turn costs is most of a byte. */
static size_t
find_cut(const uint8_t *p, size_t from, size_t to, uint64_t mask,
    uint64_t *hash, const uint64_t *gear, bool *found)
{
	uint64_t h = *hash, limit = ~mask + 1;
	size_t i = from;

	for (; to - i >= 8; i += 8) {
		STEP(0);
		STEP(1);
		STEP(2);
		STEP(3);
		STEP(4);
		STEP(5);
		STEP(6);
		STEP(7);
	}
	for (; i < to; i++)
		STEP(0);
	*hash = h;
	return to;
}

size_t
chunk_cut(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint64_t gear[256], hash = 0;
	bool found = false;
	size_t at;

	if (n <= CHUNK_MIN)
		return n;
	for (uint64_t i = 0; i < 256; i++)
		gear[i] = gear_number(i);
	if (n > CHUNK_MAX)
		n = CHUNK_MAX;
	/* the window is full where the first cut may be */
	for (size_t i = CHUNK_MIN - 64; i < CHUNK_MIN; i++)
		hash = (hash << 1) + gear[p[i]];
	at = find_cut(p, CHUNK_MIN, n < AVERAGE ? n : AVERAGE,
	    MASK(CHUNK_AVERAGE_BITS + NORMALISE), &hash, gear, &found);
	if (!found && at < n)
		at = find_cut(p, at, n, MASK(CHUNK_AVERAGE_BITS - NORMALISE),
		    &hash, gear, &found);
	return at;
}
