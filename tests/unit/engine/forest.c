/* Forests beside a walk that asks one question at a time. */
#include "engine/forest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "base/mem.h"
#include "base/rng.h"

#define FEATURES 5
#define TARGETS 3
#define ROWS 131		/* neither a block of rows nor some lanes */

struct wood {
	struct tree_source_node node[400];
	struct tree_source_leaf leaf[400];
	struct tree_weight weight[800];
	struct tree_ref root[40];
	float set[400][3];
	struct tree_source src;
	size_t n_weights;
	struct tree_ref made[800];	/* whole trees, to be shared */
	size_t n_made;
	bool share;
};

/* Small whole numbers and halves, so that equality happens; and the rest. */
static float
some_value(struct rng *r)
{
	switch (rng_below(r, 12)) {
	case 0: return NAN;
	case 1: return INFINITY;
	case 2: return -INFINITY;
	case 3: return -0.0f;
	default: return (float)rng_below(r, 9) / 2 - 2;
	}
}

static struct tree_ref
plant(struct wood *w, struct rng *r, int depth, bool one_weight)
{
	struct tree_source *s = &w->src;

	if (w->share && w->n_made && rng_below(r, 3) == 0)
		return w->made[rng_below(r, w->n_made)];
	if (depth == 0 || rng_below(r, 4) == 0) {
		struct tree_source_leaf *l = &w->leaf[s->n_leaves];

		l->weight = &w->weight[w->n_weights];
		l->n = one_weight ? 1 : rng_below(r, 3);
		for (size_t k = 0; k < l->n; k++)
			w->weight[w->n_weights++] = (struct tree_weight){
			    (uint32_t)rng_below(r, TARGETS),
			    (float)rng_f64(r) };
		return w->made[w->n_made++] = (struct tree_ref){
		    (uint32_t)s->n_leaves++, true };
	}
	{
		size_t at = s->n_nodes++;
		struct tree_source_node *n = &w->node[at];
		float v = some_value(r);

		n->mode = (enum tree_mode)rng_below(r, TREE_MEMBER + 1);
		n->feature = (uint32_t)rng_below(r, FEATURES);
		n->value = isnan(v) ? 0.25f : v;
		n->missing_true = rng_below(r, 2);
		n->n_set = rng_below(r, 4);
		n->set = w->set[at];
		for (size_t k = 0; k < n->n_set; k++)
			w->set[at][k] = (float)rng_below(r, 9) / 2 - 2;
		n->yes = plant(w, r, depth - 1, one_weight);
		n->no = plant(w, r, depth - 1, one_weight);
		return w->made[w->n_made++] = (struct tree_ref){
		    (uint32_t)at, false };
	}
}

static bool
answer(const struct tree_source_node *n, float x)
{
	if (isnan(x))
		return n->missing_true || n->mode == TREE_NEQ;
	switch (n->mode) {
	case TREE_LEQ: return x <= n->value;
	case TREE_LT: return x < n->value;
	case TREE_GTE: return x >= n->value;
	case TREE_GT: return x > n->value;
	case TREE_EQ: return x == n->value;
	case TREE_NEQ: return x != n->value;
	default:
		for (size_t k = 0; k < n->n_set; k++)
			if (n->set[k] == x)
				return true;
		return false;
	}
}

static void
walk(double out[TARGETS], const struct tree_source *s, enum tree_sum how,
    enum forest_sums sums, const float *x)
{
	bool voted[TARGETS] = { 0 };

	for (size_t k = 0; k < TARGETS; k++)
		out[k] = 0;
	for (size_t t = 0; t < s->n_trees; t++) {
		struct tree_ref at = s->root[t];

		while (!at.leaf)
			at = answer(&s->node[at.at], x[s->node[at.at].feature])
			    ? s->node[at.at].yes : s->node[at.at].no;
		for (size_t k = 0; k < s->leaf[at.at].n; k++) {
			struct tree_weight v = s->leaf[at.at].weight[k];
			double *o = &out[v.target], d = (double)v.value;

			if (how == TREE_MIN)
				*o = voted[v.target] && *o < d ? *o : d;
			else if (how == TREE_MAX)
				*o = voted[v.target] && *o > d ? *o : d;
			else if (sums == FOREST_DOUBLE)
				*o += d;
			else
				*o = (double)((float)*o + v.value);
			voted[v.target] = true;
		}
	}
	for (size_t k = 0; how == TREE_AVERAGE && k < TARGETS; k++)
		out[k] = sums == FOREST_DOUBLE ? out[k] / (double)s->n_trees :
		    (double)((float)out[k] / (float)s->n_trees);
}

static size_t
differences(const struct forest *f, const struct tree_source *s,
    enum tree_sum how, enum forest_sums sums, const float *x, size_t n)
{
	double got[ROWS * TARGETS], want[TARGETS];
	uint8_t voted[ROWS * TARGETS];
	void *scratch = xalloc(forest_scratch(f, n), 1);
	size_t bad = 0;

	forest_run(f, got, voted, x, n, FEATURES, sums, scratch);
	for (size_t i = 0; i < n; i++) {
		walk(want, s, how, sums, x + i * FEATURES);
		bad += memcmp(got + i * TARGETS, want, sizeof(want)) != 0;
	}
	free(scratch);
	return bad;
}

static void
forests(void)
{
	static const enum tree_sum sums[] = { TREE_AVERAGE, TREE_SUM, TREE_MIN,
	    TREE_MAX };
	static struct wood w;
	float x[ROWS * FEATURES];
	size_t bad = 0, alone = 0, before = 0, built = 0;
	struct rng r;

	rng_seed(&r, 7, 0);
	for (int round = 0; round < 200; round++) {
		struct arena a = { 0 };
		struct forest *f = NULL;
		struct err e = ERR_INIT;
		enum tree_sum how = sums[round % 4];

		memset(&w, 0, sizeof(w));
		w.src = (struct tree_source){ w.node, w.leaf, w.root, 0, 0,
		    1 + rng_below(&r, 10), FEATURES, TARGETS };
		w.share = round % 3 == 0;
		for (size_t t = 0; t < w.src.n_trees; t++)
			w.root[t] = plant(&w, &r, (int)rng_below(&r, 6),
			    round % 8 >= 4);
		for (size_t i = 0; i < ROWS * FEATURES; i++)
			x[i] = some_value(&r);
		if (forest_new(&f, &a, &w.src, how, &e) == 0) {
			built++;
			bad += differences(f, &w.src, how, FOREST_DOUBLE, x,
			    ROWS);
			alone += differences(f, &w.src, how, FOREST_DOUBLE, x,
			    1);
			before += differences(f, &w.src, how, FOREST_FLOAT, x,
			    ROWS);
		}
		arena_free(&a);
	}
	is_int(built, 200, "forests of every kind of question");
	is_int(bad, 0, "forests answer as one question at a time does, bit for bit");
	is_int(alone, 0, "a row alone is answered as among others");
	is_int(before, 0, "and with the float sums of versions before");
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
