/* Sobol's sequence, shifted by the seed: points that fill the space evenly,
 * each decided by the trial's number. */
#include <stdint.h>

#include "search/sampler.h"

#define BITS 32
#define DIMS_MAX 21

/* Degree, polynomial and first direction numbers of Joe and Kuo (2008). */
static const struct {
	unsigned degree, poly, m[7];
} direction[DIMS_MAX] = {
	{ 0, 0, { 0 } },
	{ 1, 0, { 1 } },
	{ 2, 1, { 1, 3 } },
	{ 3, 1, { 1, 3, 1 } },
	{ 3, 2, { 1, 1, 1 } },
	{ 4, 1, { 1, 1, 3, 3 } },
	{ 4, 4, { 1, 3, 5, 13 } },
	{ 5, 2, { 1, 1, 5, 5, 17 } },
	{ 5, 4, { 1, 1, 5, 5, 5 } },
	{ 5, 7, { 1, 1, 7, 11, 19 } },
	{ 5, 11, { 1, 1, 5, 1, 1 } },
	{ 5, 13, { 1, 1, 1, 3, 11 } },
	{ 5, 14, { 1, 3, 5, 5, 31 } },
	{ 6, 1, { 1, 3, 3, 9, 7, 49 } },
	{ 6, 13, { 1, 1, 1, 15, 21, 21 } },
	{ 6, 16, { 1, 3, 1, 13, 27, 49 } },
	{ 6, 19, { 1, 1, 1, 15, 7, 5 } },
	{ 6, 22, { 1, 3, 1, 15, 13, 25 } },
	{ 6, 25, { 1, 1, 5, 5, 19, 61 } },
	{ 7, 1, { 1, 3, 7, 11, 23, 15, 103 } },
	{ 7, 4, { 1, 3, 7, 13, 13, 15, 69 } },
};

static void
find_directions(uint32_t *v, size_t dim)
{
	unsigned s = direction[dim].degree, poly = direction[dim].poly;

	for (unsigned i = 0; i < BITS; i++) {
		if (s == 0) {
			v[i] = UINT32_C(1) << (31 - i);
		} else if (i < s) {
			v[i] = (uint32_t)direction[dim].m[i] << (31 - i);
		} else {
			v[i] = v[i - s] ^ v[i - s] >> s;
			for (unsigned k = 1; k < s; k++)
				if (poly >> (s - 1 - k) & 1)
					v[i] ^= v[i - k];
		}
	}
}

/* In Gray code's order, as everybody counts them. */
static uint32_t
sobol_point(size_t dim, uint32_t index)
{
	uint32_t v[BITS], gray = index ^ index >> 1, x = 0;

	find_directions(v, dim);
	for (unsigned i = 0; i < BITS; i++)
		if (gray >> i & 1)
			x ^= v[i];
	return x;
}

static int
check_sobol(const struct space *space, size_t n_objectives, struct err *e)
{
	(void)n_objectives;
	return space->n <= DIMS_MAX ? 0 : err_set(e, ERR_USAGE, "sobol takes at "
	    "most %d parameters, not %zu", DIMS_MAX, space->n);
}

static int
draw_sobol(double *x, struct sampling *s, struct err *e)
{
	const struct space *space = s->past->space;
	struct rng shift;

	if (check_sobol(space, 1, e) < 0)
		return -1;
	rng_seed(&shift, s->seed, UINT64_MAX);
	for (size_t i = 0; i < space->n; i++) {
		uint32_t bits = sobol_point(i, (uint32_t)s->number) ^
		    (uint32_t)(rng_u64(&shift) >> 32);

		x[i] = space_from_unit(&space->param[i], bits * 0x1p-32);
	}
	return 0;
}

const struct sampler sampler_sobol = {
	.name = "sobol", .check = check_sobol, .draw = draw_sobol,
};
