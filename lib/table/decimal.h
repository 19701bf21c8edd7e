/*
 * table/decimal.h - short decimals read a word at a time: eight bytes, without a
 * branch on how many of them count.  For little-endian machines.
 */
#ifndef TABLE_DECIMAL_H
#define TABLE_DECIMAL_H

#include <stdint.h>
#include <string.h>

#define DECIMAL_BYTES UINT64_C(0x0101010101010101)

/* The eight bytes at p, those that are digits as their values. */
static inline uint64_t
decimal_word(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w ^ '0' * DECIMAL_BYTES;
}

/* The first n digits of 1 to 8, pushed to the word's end, joined in pairs, fours
 * and eights. */
static inline uint64_t
decimal_join(uint64_t w, unsigned n)
{
	w <<= 64 - 8 * n;
	w = w * 10 + (w >> 8);
	return ((w & 0x000000ff000000ffu) * 0x000f424000000064u +
	    (w >> 16 & 0x000000ff000000ffu) * 0x0000271000000001u) >> 32;
}

/* The first n bytes, of 2 to 8, all digits but the one at `point`.  Both parts
 * of the quotient are exact, so that it is rounded once. */
static inline double
decimal_value(uint64_t w, unsigned n, unsigned point)
{
	static const double ten[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7 };
	uint64_t below = (UINT64_C(1) << 8 * point) - 1;

	w = (w & below) | (w >> 8 & ~below);
	return (double)(int64_t)decimal_join(w, n - 1) / ten[n - point - 1];
}

#endif
