/* Forests beside a walk that asks one question at a time. */
#include "engine/forest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../wood.h"
#include "../tap.h"
#include "base/mem.h"
#include "engine/forest/kernel.h"

#define ROWS 300		/* neither a block of rows nor some vectors */

static size_t
differences(const struct forest *f, const struct tree_source *s,
    enum tree_sum how, enum forest_sums sums, const float *x, size_t n)
{
	static double got[ROWS * TARGETS];
	static uint8_t voted[ROWS * TARGETS];
	double want[TARGETS];
	void *scratch = xalloc(forest_scratch(f, n), 1);
	size_t bad = 0;

	forest_run(f, got, voted, &(struct forest_input){ x, FEATURES, NULL },
	    n, sums, scratch);
	for (size_t i = 0; i < n; i++) {
		walk(want, s, how, sums, x + i * FEATURES);
		bad += memcmp(got + i * TARGETS, want, sizeof(want)) != 0;
	}
	free(scratch);
	return bad;
}

/* The same, by each kernel that this CPU has. */
static size_t
kernel_differences(const struct forest *f, const struct tree_source *s,
    enum tree_sum how, enum forest_sums sums, const float *x, size_t n)
{
	static double got[ROWS * TARGETS];
	static uint8_t voted[ROWS * TARGETS];
	struct forest_input in = { x, FEATURES, NULL };
	const struct chain_kernel *k;
	double want[TARGETS];
	void *scratch;
	size_t bad = 0;

	if (f->chain == NULL || how == TREE_AVERAGE)
		return 0;
	scratch = xalloc(chain_scratch(f->chain, ROWS), 1);
	for (size_t at = 0; (k = chain_kernel_at(at)) != NULL; at++) {
		if (!k->usable())
			continue;
		memset(got, 0, sizeof(got));
		memset(voted, 0, sizeof(voted));
		chain_run(f->chain, k, got, voted, &in, n, sums, scratch);
		for (size_t i = 0; i < n; i++) {
			walk(want, s, how, sums, x + i * FEATURES);
			bad += memcmp(got + i * TARGETS, want, sizeof(want))
			    != 0;
		}
	}
	free(scratch);
	return bad;
}

struct tally {
	size_t built, chains, cut, turned, bad, alone, before, kernels;
};

static void
try_forest(struct tally *n, struct wood *w, enum tree_sum how, const float *x)
{
	struct arena a = { 0 };
	struct forest *f = NULL;
	struct err e = ERR_INIT;
	const struct tree_source *s = &w->src;

	if (forest_new(&f, &a, s, how, &e) == 0) {
		n->built++;
		n->chains += f->chain != NULL;
		n->cut += f->chain && f->chain->most_parts > 1;
		n->turned += f->chain && f->chain->turned;
		n->bad += differences(f, s, how, FOREST_DOUBLE, x, ROWS);
		n->alone += differences(f, s, how, FOREST_DOUBLE, x, 1);
		n->before += differences(f, s, how, FOREST_FLOAT, x, ROWS);
		for (size_t rows = 1; rows <= ROWS; rows += 23)
			n->kernels += kernel_differences(f, s, how,
			    FOREST_DOUBLE, x, rows);
		n->kernels += kernel_differences(f, s, how, FOREST_FLOAT, x,
		    ROWS);
	}
	arena_free(&a);
}

static void
forests(void)
{
	static const enum tree_sum sums[] = { TREE_AVERAGE, TREE_SUM, TREE_MIN,
	    TREE_MAX };
	static struct wood w;
	static float x[ROWS * FEATURES];
	struct tally n = { 0 };
	struct rng r;

	rng_seed(&r, 7, 0);
	for (int round = 0; round < 200; round++) {
		bool big = round % 5 == 4, many = round % 20 == 3;
		bool huge = round % 15 == 4;
		struct wood_shape k = { .depth = huge ? 10 : big ? 9 : many ?
		    5 : (int)rng_below(&r, 6), .stop = huge ? 40 : big ? 12 :
		    4,
		    .one_weight = round % 8 >= 4, .one_target = round % 16 >= 8,
		    .share = round % 6 == 0, .values = big ? 700 : many ? 40 :
		    0, .set = big ? 300 : 3 };

		grow_wood(&w, &r, &k, many ? 90 : 1 + rng_below(&r, 10));
		for (size_t i = 0; i < ROWS * FEATURES; i++)
			x[i] = some_value(&r, k.values);
		try_forest(&n, &w, sums[round % 4], x);
	}
	is_int(n.built, 200, "forests of every kind of question");
	ok(n.chains > 100 && n.chains < 200, "%zu of them are chains",
	    n.chains);
	ok(n.cut > 10, "of which %zu have trees cut into parts", n.cut);
	ok(n.turned > 80 && n.turned < n.chains,
	    "and %zu of these can be turned round", n.turned);
	is_int(n.bad, 0, "forests answer as one question at a time does, bit for bit");
	is_int(n.alone, 0, "a row alone is answered as among others");
	is_int(n.before, 0, "and with the float sums of versions before");
	is_int(n.kernels, 0, "and by every kernel, for any number of rows");
}

static void
refused(struct tree_source *s, const char *says, const char *what)
{
	struct arena a = { 0 };
	struct forest *f = NULL;
	struct err e = ERR_INIT;

	ok(forest_new(&f, &a, s, TREE_SUM, &e) < 0 && strstr(e.msg, says),
	    "%s: %s", what, e.msg);
	arena_free(&a);
}

/* Both ways of a test lead to the next one: 2^2000 paths of 2000 tests. */
static void
shared_trees(void)
{
	enum { N = 2000 };
	static struct tree_source_node node[N];
	struct tree_weight one = { 0, 1 };
	struct tree_source_leaf leaf = { &one, 1 };
	struct tree_ref root = { 0, false };
	struct tree_source s = { node, &leaf, &root, N, 1, 1, FEATURES,
	    TARGETS };
	struct arena a = { 0 };
	struct forest *f = NULL;
	struct err e = ERR_INIT;
	float x[FEATURES] = { 0 };

	for (uint32_t i = 0; i < N; i++) {
		struct tree_ref next = { i + 1, false }, end = { 0, true };

		node[i] = (struct tree_source_node){ .mode = TREE_LEQ,
		    .yes = i + 1 < N ? next : end,
		    .no = i + 1 < N ? next : end };
	}
	if (ok(forest_new(&f, &a, &s, TREE_SUM, &e) == 0,
	    "nodes that two parents share: %s", e.msg)) {
		ok(a.used < (size_t)N * 200, "are laid out once: %zu bytes",
		    a.used);
		is_int(differences(f, &s, TREE_SUM, FOREST_DOUBLE, x, 1), 0, "and walked");
		is_int(forest_work(f), N + 1 + 2 * FEATURES + 1,
		    "the longest way of a row is known");
	}
	arena_free(&a);
}

static void
bad_forests(void)
{
	struct tree_weight one = { 0, 1 }, off = { 3, 1 };
	struct tree_source_leaf leaf = { &one, 1 }, stray = { &off, 1 };
	struct tree_source_node n = { .mode = TREE_LEQ, .yes = { 0, true },
	    .no = { 0, true } }, loop = n, far = n, wide = n;
	struct tree_source_node shared[2] = { n, n };
	struct tree_ref root = { 0, false }, second = { 1, false };
	struct tree_source s = { &n, &leaf, &root, 1, 1, 1, FEATURES,
	    TARGETS };

	loop.no = root;
	s.node = &loop;
	refused(&s, "circle", "a tree that bites its tail");
	shared[0].yes = shared[0].no = second;
	shared[1].yes = shared[1].no = root;
	s.node = shared;
	s.n_nodes = 2;
	refused(&s, "circle", "and one through a node that is shared");
	s.n_nodes = 1;
	far.yes.at = 9;
	s.node = &far;
	refused(&s, "not there", "a child beyond the end");
	wide.feature = FEATURES;
	s.node = &wide;
	refused(&s, "feature", "a feature beyond the row");
	s.node = &n;
	s.leaf = &stray;
	refused(&s, "target", "a target beyond the answer");
}

int
main(void)
{
	forests();
	shared_trees();
	bad_forests();
	return tap_done();
}
