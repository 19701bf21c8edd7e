/* Sorting numbers by value, NaN last. */
#include "math/order.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define HALF 65536

/* Floats as unsigned numbers of the same order. */
static uint32_t
ordered_bits(float v)
{
	uint32_t u;

	memcpy(&u, &v, sizeof(u));
	return u & 0x80000000u ? ~u : u | 0x80000000u;
}

static float
float_of(uint32_t u)
{
	float v;

	u = u & 0x80000000u ? u & 0x7fffffffu : ~u;
	memcpy(&v, &u, sizeof(v));
	return v;
}

static int
rising_order(const void *a, const void *b)
{
	uint32_t x = ordered_bits(*(const float *)a);
	uint32_t y = ordered_bits(*(const float *)b);

	return x < y ? -1 : x > y;
}

void
sort_floats(float *v, size_t n)
{
	uint32_t *a, *b, *t;
	size_t count[256];

	if (n < 2048) {
		qsort(v, n, sizeof(*v), rising_order);
		return;
	}
	a = xalloc(n, sizeof(*a));
	b = xalloc(n, sizeof(*b));
	for (size_t i = 0; i < n; i++)
		a[i] = ordered_bits(v[i]);
	for (int shift = 0; shift < 32; shift += 8) {
		size_t at = 0;

		memset(count, 0, sizeof(count));
		for (size_t i = 0; i < n; i++)
			count[a[i] >> shift & 255]++;
		for (int k = 0; k < 256; k++) {
			size_t c = count[k];

			count[k] = at;
			at += c;
		}
		for (size_t i = 0; i < n; i++)
			b[count[a[i] >> shift & 255]++] = a[i];
		t = a;
		a = b;
		b = t;
	}
	for (size_t i = 0; i < n; i++)
		v[i] = float_of(a[i]);
	free(a);
	free(b);
}

/* Of the values whose upper half is `up` (any, when negative): how many have
 * each half that is asked for. */
static void
count_halves(size_t *count, const float *v, size_t n, int64_t up)
{
	memset(count, 0, HALF * sizeof(*count));
	for (size_t i = 0; i < n; i++) {
		uint32_t u = ordered_bits(v[i]);

		if (up < 0)
			count[u >> 16]++;
		else if (u >> 16 == (uint32_t)up)
			count[u & (HALF - 1)]++;
	}
}

/* The half that holds place *k, which is then counted within it. */
static uint32_t
half_of(const size_t *count, size_t *k)
{
	uint32_t h = 0;

	while (h + 1 < HALF && *k >= count[h])
		*k -= count[h++];
	return h;
}

float
kth_float(const float *v, size_t n, size_t k)
{
	size_t *count = xalloc(HALF, sizeof(*count));
	uint32_t up, low;

	count_halves(count, v, n, -1);
	up = half_of(count, &k);
	count_halves(count, v, n, up);
	low = half_of(count, &k);
	free(count);
	return float_of(up << 16 | low);
}
