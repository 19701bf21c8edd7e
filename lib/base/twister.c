/* The Mersenne Twister. */
#include "base/twister.h"

static void
fill(struct twister *t, uint32_t seed)
{
	t->s[0] = seed;
	for (uint32_t i = 1; i < TWISTER_WORDS; i++)
		t->s[i] = 1812433253u * (t->s[i - 1] ^ t->s[i - 1] >> 30) + i;
	t->at = TWISTER_WORDS;
}

void
twister_seed_numpy(struct twister *t, uint32_t seed)
{
	fill(t, seed);
}

void
twister_seed_python(struct twister *t, uint32_t key)
{
	uint32_t *s = t->s, i = 1;

	fill(t, 19650218);
	for (int k = 0; k < TWISTER_WORDS; k++) {
		s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1664525u) + key;
		if (++i == TWISTER_WORDS) {
			s[0] = s[TWISTER_WORDS - 1];
			i = 1;
		}
	}
	for (int k = 1; k < TWISTER_WORDS; k++) {
		s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1566083941u) - i;
		if (++i == TWISTER_WORDS) {
			s[0] = s[TWISTER_WORDS - 1];
			i = 1;
		}
	}
	s[0] = 0x80000000u;
}

uint32_t
twister_next(struct twister *t)
{
	uint32_t *s = t->s, y;

	if (t->at == TWISTER_WORDS) {
		for (uint32_t i = 0; i < TWISTER_WORDS; i++) {
			y = (s[i] & 0x80000000u) |
			    (s[(i + 1) % TWISTER_WORDS] & 0x7fffffffu);
			s[i] = s[(i + 397) % TWISTER_WORDS] ^ y >> 1 ^
			    (y & 1 ? 0x9908b0dfu : 0);
		}
		t->at = 0;
	}
	y = s[t->at++];
	y ^= y >> 11;
	y ^= y << 7 & 0x9d2c5680u;
	y ^= y << 15 & 0xefc60000u;
	return y ^ y >> 18;
}
