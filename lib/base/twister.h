/*
 * base/twister.h - the Mersenne Twister (Matsumoto and Nishimura 1998), for
 * answers that a peer draws with it: what Python and numpy draw with a seed.
 * Whatever is ours alone draws with base/rng.h.
 */
#ifndef BASE_TWISTER_H
#define BASE_TWISTER_H

#include <stdint.h>

#define TWISTER_WORDS 624

struct twister {
	uint32_t s[TWISTER_WORDS];
	uint64_t at;			/* next word */
};

/* As Python's random.seed(key) does it, and as numpy's RandomState(seed). */
void twister_seed_python(struct twister *t, uint32_t key);
void twister_seed_numpy(struct twister *t, uint32_t seed);
uint32_t twister_next(struct twister *t);

#endif
