/*
 * HyperLogLog: registers merged and read.
 */
#include "profile/hll.h"

#include <math.h>

#define RANKS 53		/* 52 bits of hash behind the register's 12 */

void
hll_merge(uint8_t *to, const uint8_t *from)
{
	for (size_t i = 0; i < HLL_REGISTERS; i++)
		if (from[i] > to[i])
			to[i] = from[i];
}

static double
sigma(double x)
{
	double y = 1, z = x, before;

	if (x == 1)
		return INFINITY;
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z != before);
	return z;
}

static double
tau(double x)
{
	double y = 1, z = 1 - x, before;

	if (x == 0 || x == 1)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y *= 0.5;
		z -= (1 - x) * (1 - x) * y;
	} while (z != before);
	return z / 3;
}

double
hll_count(const uint8_t *reg)
{
	double m = HLL_REGISTERS, z;
	unsigned count[RANKS + 1] = { 0 };

	for (size_t i = 0; i < HLL_REGISTERS; i++)
		count[reg[i]]++;
	z = m * tau(1 - count[RANKS] / m);
	for (int k = RANKS - 1; k >= 1; k--)
		z = 0.5 * (z + count[k]);
	z += m * sigma(count[0] / m);
	/* m^2 / (2 ln 2 z) */
	return 0.72134752044448170368 * m * m / z;
}
