/* A forest checked and measured, and the way it is run chosen. */
#include "engine/forest/kernel.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int
check_ref(const struct tree_source *src, struct tree_ref r, struct err *e)
{
	if (r.leaf ? r.at < src->n_leaves : r.at < src->n_nodes)
		return 0;
	return err_set(e, ERR_FORMAT,
	    "a tree points to a node that is not there");
}

static int
check_source(const struct tree_source *src, struct err *e)
{
	for (size_t i = 0; i < src->n_nodes; i++) {
		if (src->node[i].feature >= src->n_features)
			return err_set(e, ERR_FORMAT,
			    "a tree reads a feature that is not there");
		if (check_ref(src, src->node[i].yes, e) < 0 ||
		    check_ref(src, src->node[i].no, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < src->n_leaves; i++)
		for (size_t k = 0; k < src->leaf[i].n; k++)
			if (src->leaf[i].weight[k].target >= src->n_targets)
				return err_set(e, ERR_FORMAT,
				    "a leaf names a target that is not there");
	for (size_t t = 0; t < src->n_trees; t++)
		if (check_ref(src, src->root[t], e) < 0)
			return -1;
	return 0;
}

#define OPEN UINT32_MAX			/* a way down is under way */

static uint32_t
height_of(const uint32_t *height, struct tree_ref r)
{
	return r.leaf ? 0 : height[r.at];
}

/* height[node] = tests on the longest way down from `root`, each node gone
 * through once.  stack: room for all of them. */
static int
measure_tree(uint32_t *height, uint32_t *stack, const struct tree_source *src,
    struct tree_ref root, struct err *e)
{
	size_t n = 0;

	if (!root.leaf && height[root.at] == 0)
		stack[n++] = root.at;
	while (n) {
		uint32_t at = stack[n - 1], yes, no;
		const struct tree_source_node *node = &src->node[at];

		height[at] = OPEN;
		yes = height_of(height, node->yes);
		no = height_of(height, node->no);
		if (yes == OPEN || no == OPEN)
			return err_set(e, ERR_FORMAT,
			    "a tree runs in a circle");
		if (yes == 0 && !node->yes.leaf) {
			stack[n++] = node->yes.at;
		} else if (no == 0 && !node->no.leaf) {
			stack[n++] = node->no.at;
		} else {
			height[at] = (yes > no ? yes : no) + 1;
			if (height[at] > TREE_DEPTH_MAX)
				return err_set(e, ERR_FORMAT,
				    "a tree is deeper than %d tests",
				    TREE_DEPTH_MAX);
			n--;
		}
	}
	return 0;
}

/* Refuses circles; *steps = the longest ways of all trees together. */
static int
measure_trees(size_t *steps, const struct tree_source *src, struct err *e)
{
	uint32_t *height = xalloc(src->n_nodes + 1, sizeof(*height));
	uint32_t *stack = xalloc(src->n_nodes + 1, sizeof(*stack));
	int r = 0;

	*steps = src->n_trees;
	for (size_t t = 0; t < src->n_trees && r == 0; t++) {
		r = measure_tree(height, stack, src, src->root[t], e);
		*steps += height_of(height, src->root[t]);
	}
	free(height);
	free(stack);
	return r;
}

/* The chain where that is possible; a walk instead, or beside it for rows that
 * are few. */
int
forest_new(struct forest **out, struct arena *a,
    const struct tree_source *src, enum tree_sum how, struct err *e)
{
	struct forest *f = arena_alloc(a, sizeof(*f));

	if (check_source(src, e) < 0 || measure_trees(&f->steps, src, e) < 0)
		return -1;
	f->src = *src;
	f->how = how;
	f->chain = chain_new(a, &f->src, how);
	*out = f;
	if (f->chain && f->chain->turned)
		return 0;
	return walk_new(&f->walk, a, &f->src, how, e);
}

const struct tree_source *forest_source(const struct forest *f) { return &f->src; }
enum tree_sum forest_sum(const struct forest *f) { return f->how; }
size_t forest_features(const struct forest *f) { return f->src.n_features; }
size_t forest_targets(const struct forest *f) { return f->src.n_targets; }

size_t
forest_work(const struct forest *f)
{
	return f->steps + (f->walk ? walk_slots(f->walk) :
	    2 * f->src.n_features + 1);
}

/* Is this many rows the walk's? */
static bool
walks(const struct forest *f, size_t n)
{
	return f->chain == NULL || (f->walk && chain_prefers_walk(f->chain, n));
}

size_t
forest_scratch(const struct forest *f, size_t n)
{
	return walks(f, n) ? walk_scratch(f->walk, n) :
	    chain_scratch(f->chain, n);
}

void
forest_run(const struct forest *f, double *out, uint8_t *voted,
    const struct forest_input *in, size_t n, enum forest_sums sums,
    void *scratch)
{
	size_t T = f->src.n_targets;

	memset(out, 0, n * T * sizeof(*out));
	memset(voted, 0, n * T);
	if (walks(f, n))
		walk_run(f->walk, out, voted, in, n, sums, scratch);
	else
		chain_run(f->chain, chain_kernel_best(), out, voted, in, n,
		    sums, scratch);
	for (size_t i = 0; f->how == TREE_AVERAGE && f->src.n_trees &&
	    i < n * T; i++) {
		out[i] /= (double)f->src.n_trees;
		if (sums == FOREST_FLOAT)
			out[i] = (double)(float)out[i];
	}
}
