/* Loops over the rows of a block, for the vectors that the processor has. */
#include "learn/linear/lanes.h"

#include "base/machine.h"

#define LANES 8		/* sums side by side */

#define LOOPS(to_add, to_scale, to_dot) \
static void \
to_add(double *restrict s, const float *restrict x, double w) \
{ \
	for (size_t i = 0; i < LINEAR_BLOCK; i++) \
		s[i] += (double)x[i] * w; \
} \
\
static void \
to_scale(double *restrict to, const double *restrict by, \
    const float *restrict x) \
{ \
	for (size_t i = 0; i < LINEAR_BLOCK; i++) \
		to[i] = by[i] * (double)x[i]; \
} \
\
static double \
to_dot(const double *r, const float *x) \
{ \
	double lane[LANES] = { 0 }, sum = 0; \
\
	for (size_t i = 0; i < LINEAR_BLOCK; i += LANES) \
		for (size_t l = 0; l < LANES; l++) \
			lane[l] += r[i + l] * (double)x[i + l]; \
	for (size_t l = 0; l < LANES; l++) \
		sum += lane[l]; \
	return sum; \
}

LOOPS(add_plain, scale_plain, dot_plain)

#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2")
LOOPS(add_wide, scale_wide, dot_wide)
#pragma GCC pop_options
#else
#define add_wide add_plain
#define scale_wide scale_plain
#define dot_wide dot_plain
#endif

void
lanes_add(double s[LINEAR_BLOCK], const float x[LINEAR_BLOCK], double w)
{
	(machine_has_avx2() ? add_wide : add_plain)(s, x, w);
}

void
lanes_scale(double to[LINEAR_BLOCK], const double by[LINEAR_BLOCK],
    const float x[LINEAR_BLOCK])
{
	(machine_has_avx2() ? scale_wide : scale_plain)(to, by, x);
}

double
lanes_dot(const double r[LINEAR_BLOCK], const float x[LINEAR_BLOCK])
{
	return (machine_has_avx2() ? dot_wide : dot_plain)(r, x);
}
