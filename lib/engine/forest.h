/*
 * engine/forest.h - forests, laid out for the cache.
 *
 * A forest is described node by node (struct tree_source), in the terms of
 * ONNX's TreeEnsemble operators, and compiled for the way that suits it
 * (engine/forest/internal.h): trees are chains, whose nodes are all evaluated
 * for many rows at once, but very large ones, which are walked.
 *
 * Leaf values are added in double and in the order of the trees, whatever is
 * interleaved, so a row's answer never depends on its neighbours, on the CPU
 * or on the way taken; who takes the sums rounds them, once.
 */
#ifndef ENGINE_FOREST_H
#define ENGINE_FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define TREE_NODES_MAX ((size_t)1 << 26)
#define TREE_DEPTH_MAX 4096

enum tree_mode { TREE_LEQ, TREE_LT, TREE_GTE, TREE_GT, TREE_EQ, TREE_NEQ,
	TREE_MEMBER };

struct tree_weight {
	uint32_t target;
	float value;
};

/* What a branch leads to: a node, or with `leaf` a leaf. */
struct tree_ref {
	uint32_t at;
	bool leaf;
};

struct tree_source_node {
	enum tree_mode mode;
	uint32_t feature;
	float value;
	bool missing_true;		/* NaN takes the true branch */
	struct tree_ref yes, no;
	/* TREE_MEMBER: */
	const float *set;
	size_t n_set;
};

struct tree_source_leaf {
	const struct tree_weight *weight;	/* in the file's order */
	size_t n;
};

struct tree_source {
	const struct tree_source_node *node;
	const struct tree_source_leaf *leaf;
	const struct tree_ref *root;	/* one a tree */
	size_t n_nodes, n_leaves, n_trees;
	size_t n_features, n_targets;
	/* Training rows that came by (nodes_hitrates), which exact Shapley
	 * values need; NULL where the file has none. */
	const float *node_cover;	/* (n_nodes) */
	const float *leaf_cover;	/* (n_leaves) */
};

enum tree_sum { TREE_AVERAGE, TREE_SUM, TREE_MIN, TREE_MAX };

struct forest;

/* Compiled into the arena.  What *src points to is kept, not copied: it must
 * live as long as the arena. */
int forest_new(struct forest **out, struct arena *a,
    const struct tree_source *src, enum tree_sum how, struct err *e);
/* What it was compiled from: nodes, thresholds, leaves, covers. */
const struct tree_source *forest_source(const struct forest *f);
enum tree_sum forest_sum(const struct forest *f);
size_t forest_features(const struct forest *f);
size_t forest_targets(const struct forest *f);
/* Steps that a row takes at most: questions, and the longest way of every
 * tree. */
size_t forest_work(const struct forest *f);
/* Bytes of scratch that forest_run needs for n rows. */
size_t forest_scratch(const struct forest *f, size_t n);
/* How leaf values are added up: in double, or, as before, rounded to float
 * after each tree. */
enum forest_sums { FOREST_DOUBLE, FOREST_FLOAT };
/* n rows: a matrix or a list of columns, of `features` at least. */
struct forest_input {
	const float *x;			/* (n, stride); or */
	size_t stride;
	const float *const *column;	/* (features), of n values each */
};

/*
 * out (n, targets) = what the leaves say, summed (or least, greatest, or
 * divided by the number of trees).  voted (n, targets): did any leaf name
 * that target?
 */
void forest_run(const struct forest *f, double *out, uint8_t *voted,
    const struct forest_input *in, size_t n, enum forest_sums sums,
    void *scratch);

#endif
