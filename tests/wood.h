/*
 * tests/wood.h - random forests, and a walk that asks one question at a time.
 */
#ifndef TESTS_WOOD_H
#define TESTS_WOOD_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/rng.h"
#include "engine/forest.h"

#define FEATURES 5
#define TARGETS 3
#define WOOD_NODES 12000
#define WOOD_SETS 60000

/* What trees are made. */
struct wood_shape {
	int depth;
	int stop;			/* a leaf before that: one in so many */
	bool one_weight, one_target, share;
	uint32_t values;		/* thresholds of a feature; 0: few */
	size_t set;			/* members of a set, at most */
};

struct wood {
	struct tree_source_node node[WOOD_NODES];
	struct tree_source_leaf leaf[WOOD_NODES];
	struct tree_weight weight[2 * WOOD_NODES];
	struct tree_ref root[100];
	float set[WOOD_SETS];
	struct tree_source src;
	size_t n_weights, n_sets;
	struct tree_ref made[2 * WOOD_NODES];	/* whole trees, to be shared */
	size_t n_made;
};

/* Small whole numbers and halves, so that equality happens; and the rest. */
static float
some_value(struct rng *r, uint32_t values)
{
	if (values && rng_below(r, 20))
		return (float)rng_below(r, values) / 2 - 2;
	switch (rng_below(r, 12)) {
	case 0: return NAN;
	case 1: return INFINITY;
	case 2: return -INFINITY;
	case 3: return -0.0f;
	default: return (float)rng_below(r, 9) / 2 - 2;
	}
}

static struct tree_ref
plant_leaf(struct wood *w, struct rng *r, const struct wood_shape *k)
{
	struct tree_source *s = &w->src;
	struct tree_source_leaf *l = &w->leaf[s->n_leaves];

	l->weight = &w->weight[w->n_weights];
	l->n = k->one_weight ? 1 : rng_below(r, 3);
	for (size_t i = 0; i < l->n; i++)
		w->weight[w->n_weights++] = (struct tree_weight){
		    k->one_target ? (uint32_t)s->n_trees % TARGETS :
		    (uint32_t)rng_below(r, TARGETS), (float)rng_f64(r) };
	return w->made[w->n_made++] = (struct tree_ref){
	    (uint32_t)s->n_leaves++, true };
}

static struct tree_ref
plant(struct wood *w, struct rng *r, const struct wood_shape *k, int depth)
{
	struct tree_source *s = &w->src;

	if (k->share && w->n_made && rng_below(r, 3) == 0)
		return w->made[rng_below(r, w->n_made)];
	if (depth == 0 || rng_below(r, (uint64_t)k->stop) == 0 ||
	    s->n_nodes + 2048 > WOOD_NODES)
		return plant_leaf(w, r, k);
	{
		size_t at = s->n_nodes++;
		struct tree_source_node *n = &w->node[at];
		float v = some_value(r, k->values);

		n->mode = (enum tree_mode)rng_below(r, TREE_MEMBER + 1);
		n->feature = (uint32_t)rng_below(r, FEATURES);
		n->value = isnan(v) ? 0.25f : v;
		n->missing_true = rng_below(r, 2);
		n->n_set = rng_below(r, k->set + 1);
		if (w->n_sets + n->n_set > WOOD_SETS)
			n->n_set = 0;
		n->set = w->set + w->n_sets;
		for (size_t i = 0; i < n->n_set; i++)
			w->set[w->n_sets++] = (float)rng_below(r, 9 +
			    k->values) / 2 - 2;
		n->yes = plant(w, r, k, depth - 1);
		n->no = plant(w, r, k, depth - 1);
		return w->made[w->n_made++] = (struct tree_ref){
		    (uint32_t)at, false };
	}
}

/* n trees of that shape. */
static void
grow_wood(struct wood *w, struct rng *r, const struct wood_shape *k, size_t n)
{
	memset(w, 0, sizeof(*w));
	w->src = (struct tree_source){ .node = w->node, .leaf = w->leaf,
	    .root = w->root, .n_features = FEATURES, .n_targets = TARGETS };
	for (; w->src.n_trees < n; w->src.n_trees++)
		w->root[w->src.n_trees] = plant(w, r, k, k->depth);
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

#endif
