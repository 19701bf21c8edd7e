/*
 * base/rng.h - seeded random numbers, the same on every machine.
 *
 * xoshiro256** (Blackman & Vigna 2018) seeded through splitmix64.  A seed
 * and a stream number give independent sequences, so that work cut into
 * parts draws the same numbers whatever thread does it.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed, uint64_t stream);
uint64_t rng_u64(struct rng *r);
double rng_f64(struct rng *r);			/* [0, 1), 53 bits */
uint64_t rng_below(struct rng *r, uint64_t n);	/* [0, n), unbiased, n > 0 */
/* One good 64-bit mix of x, for drawing by row number. */
static inline uint64_t
rng_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Bytes nobody can guess, from the kernel; for names of temporary files and
 * runs and for secrets only, never for anything that must be repeatable. */
void rng_system(void *out, size_t n);

#endif
