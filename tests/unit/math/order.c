/* Floats in order: sorted and picked as comparison would have it. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "math/order.h"
#include "../tap.h"

static int
rising(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

/* Values of every size and sign, many of them equal. */
static float
some(struct rng *g)
{
	float v = (float)ldexp(rng_f64(g) - 0.5, (int)rng_below(g, 300) - 150);

	switch (rng_below(g, 5)) {
	case 0: return 0;
	case 1: return (float)rng_below(g, 7) - 3;
	case 2: return rng_below(g, 2) ? INFINITY : -INFINITY;
	default: return v;
	}
}

static void
test(size_t n)
{
	float *v = xalloc(n, sizeof(*v)), *w = xalloc(n, sizeof(*w));
	bool sorted = true, picked = true;
	struct rng g;

	rng_seed(&g, 7, n);
	for (size_t i = 0; i < n; i++)
		v[i] = w[i] = some(&g);
	qsort(w, n, sizeof(*w), rising);
	for (size_t i = 0; i < 20; i++) {
		size_t k = i == 0 ? 0 : i == 1 ? n - 1 : rng_below(&g, n);

		picked &= kth_float(v, n, k) == w[k];
	}
	sort_floats(v, n);
	for (size_t i = 0; i < n; i++)
		sorted &= v[i] == w[i];
	ok(sorted, "%zu are sorted", n);
	ok(picked, "%zu: any one is found", n);
	free(v);
	free(w);
}

int
main(void)
{
	test(1);
	test(2);
	test(1000);
	test(5000);
	return tap_done();
}
