/*
 * profile/hll.h - how many distinct values there are, by their hashes.
 * Private to lib/profile.
 *
 * HyperLogLog with 4096 registers, read with Ertl's estimator (New
 * cardinality estimation algorithms, 2017), which needs no tables and no
 * logarithm.
 */
#ifndef PROFILE_HLL_H
#define PROFILE_HLL_H

#include <stddef.h>
#include <stdint.h>

#define HLL_REGISTERS 4096

static inline void
hll_add(uint8_t *reg, uint64_t hash)
{
	uint64_t rest = hash << 12 | (uint64_t)1 << 11;
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
	uint8_t *r = &reg[hash >> 52];

	if (rank > *r)
		*r = rank;
}

void hll_merge(uint8_t *to, const uint8_t *from);
double hll_count(const uint8_t *reg);

#endif
