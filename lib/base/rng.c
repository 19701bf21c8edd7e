/* Seeded random numbers, and unguessable bytes from the kernel. */
#define _GNU_SOURCE
#include "base/rng.h"

#include <sys/random.h>

#include "base/err.h"

void
rng_seed(struct rng *r, uint64_t seed, uint64_t stream)
{
	uint64_t x = rng_mix(seed) ^ rng_mix(~stream);

	for (int i = 0; i < 4; i++) {
		r->s[i] = rng_mix(x);
		x += 0x9e3779b97f4a7c15u;
	}
}

static uint64_t
rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

uint64_t
rng_u64(struct rng *r)
{
	uint64_t *s = r->s, out = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return out;
}

double
rng_f64(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

uint64_t
rng_below(struct rng *r, uint64_t n)
{
	uint64_t x, limit = -n % n;	/* 2^64 mod n */

	do
		x = rng_u64(r);
	while (x < limit);
	return x % n;
}

void
rng_system(void *out, size_t n)
{
	unsigned char *p = out;

	while (n) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0)
			continue;	/* only EINTR is possible here */
		p += got;
		n -= (size_t)got;
	}
}
