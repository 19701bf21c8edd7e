/*
 * Ten bytes choose a forest, the others are its rows: every kernel and the
 * walk answer as one question at a time does, bit for bit.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../wood.h"
#include "base/mem.h"
#include "engine/forest/kernel.h"

#define ROWS 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answers {
	double out[ROWS * TARGETS];
	uint8_t voted[ROWS * TARGETS];
};

static void
compare(const struct answers *got, const double *want, size_t n)
{
	if (memcmp(got->out, want, n * TARGETS * sizeof(*want)) != 0)
		abort();
}

static void
ask(const struct forest *f, const double *want, const float *x, size_t n,
    enum forest_sums sums)
{
	static struct answers got;
	struct forest_input in = { x, FEATURES, NULL };
	const struct chain_kernel *k;
	void *scratch = xalloc(forest_scratch(f, n), 1);

	forest_run(f, got.out, got.voted, &in, n, sums, scratch);
	compare(&got, want, n);
	free(scratch);
	if (f->chain == NULL || f->how == TREE_AVERAGE)
		return;
	scratch = xalloc(chain_scratch(f->chain, ROWS), 1);
	for (size_t at = 0; (k = chain_kernel_at(at)) != NULL; at++) {
		if (!k->usable())
			continue;
		memset(&got, 0, sizeof(got));
		chain_run(f->chain, k, got.out, got.voted, &in, n, sums,
		    scratch);
		compare(&got, want, n);
	}
	free(scratch);
}

/* Rows are floats as they come, or small halves. */
static size_t
rows_of(float *x, const uint8_t *data, size_t size, bool raw)
{
	size_t n = 0;

	for (; n < ROWS * FEATURES && size >= (raw ? 4 : 1); n++) {
		if (raw)
			memcpy(&x[n], data, sizeof(*x));
		else
			x[n] = data[0] == 255 ? NAN : (float)data[0] / 2 - 2;
		data += raw ? 4 : 1;
		size -= raw ? 4 : 1;
	}
	return n / FEATURES;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wood w;
	static float x[ROWS * FEATURES];
	static double want[ROWS * TARGETS];
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct wood_shape k;
	struct forest *f;
	struct rng r;
	size_t n;

	if (size < 10)
		return 0;
	rng_seed(&r, (uint64_t)data[0] << 8 | data[1], data[2]);
	k = (struct wood_shape){ .depth = data[3] % 12, .stop = 2 + data[4] %
	    48, .one_weight = data[5] & 1, .one_target = data[5] & 2,
	    .share = data[5] & 4, .values = (uint32_t)data[6] * 4,
	    .set = (size_t)data[7] * 2 };
	grow_wood(&w, &r, &k, 1 + data[8] % 100);
	n = rows_of(x, data + 10, size - 10, data[5] & 8);
	if (forest_new(&f, &a, &w.src, (enum tree_sum)(data[9] & 3), &e) < 0)
		abort();
	for (size_t i = 0; i < n; i++)
		walk(want + i * TARGETS, &w.src, f->how, data[9] & 4 ?
		    FOREST_FLOAT : FOREST_DOUBLE, x + i * FEATURES);
	if (n)
		ask(f, want, x, n, data[9] & 4 ? FOREST_FLOAT : FOREST_DOUBLE);
	arena_free(&a);
	return 0;
}
