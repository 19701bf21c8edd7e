/*
 * engine/forest/internal.h - a forest in its compiled forms.  Private to
 * lib/engine/forest.
 *
 * The walk (walk.c) follows each row from node to node.  The chain (chain.c)
 * evaluates every node of a tree for many rows at once: features become bytes
 * (rank.c), a row's place in the tree is one byte, its id, and node k moves
 * those of its rows that fail its test on to id k + 1; at the end the id is
 * the leaf.  Turned round, the same steps take one row through 64 trees at
 * once.  Kernels (kernels.c) are the same source for each instruction set.
 *
 * An id is a byte, so a tree of more than 256 leaves is cut into parts (part.c),
 * each a chain of its own whose ids are leaves or exits to another part.  All
 * parts are evaluated for all rows; then each row follows its exits.
 *
 * A walk is laid out where the trees are so large that evaluating every node
 * costs more, or are no trees (two ways lead to a node), and where single rows
 * would need too much room turned round.
 */
#ifndef ENGINE_FOREST_INTERNAL_H
#define ENGINE_FOREST_INTERNAL_H

#include "engine/forest/rank.h"

#define CHAIN_BLOCK 256		/* rows whose columns are made together */
#define CHAIN_LEAVES 256	/* an id is a byte */
#define CHAIN_PARTS 64		/* of a tree, at most */
#define CHAIN_GROUP 8		/* trees whose leaves are added together */
#define CHAIN_LANES 64		/* parts side by side, turned round */
#define NO_LEAF UINT32_MAX

/* --- the chain ------------------------------------------------------------- */

struct chain_node {
	uint16_t column;		/* or, of a set, its windows */
	int8_t rank;			/* rows above it move; SET_NODE */
	uint8_t from;			/* the id whose rows are asked */
};

#define SET_NODE INT8_MAX		/* no rank is above it */

/* One window of a set: rows in it move. */
struct chain_set {
	uint8_t bits[WINDOW_CODES / 8];
	uint32_t column;
};

/* A tree, or of a large one the nodes of which at most 256 ids come. */
struct chain_part {
	const struct chain_node *node;
	const struct chain_set *set;
	uint32_t n_nodes;
};

/* By place, CHAIN_LEAVES * (part of the tree) + id. */
struct chain_tree {
	uint32_t first, n_parts;	/* in the forest */
	uint32_t n_places, target;
	uint32_t hops;			/* exits on the longest way */
	const double *value;		/* of one target; or NULL */
	const uint32_t *leaf;		/* in the source, or NO_LEAF */
	const uint8_t *exit;		/* the part that goes on, itself for a
					 * leaf; NULL where there is one part */
};

/* Node k of 64 parts side by side is step k of their group. */
struct turned_group {
	size_t first, n;		/* steps */
	size_t n_parts;
};

struct turned {
	struct turned_group *group;
	size_t n_groups, n_steps;
	/* (n_steps, 64) */
	uint8_t *column, *from;
	int8_t *rank;
	/* by coded feature and code, (n_steps): whose sets hold it */
	const uint64_t *const *answer;
	size_t n_answers, pieces;	/* of 16 columns */
};

struct chain {
	struct ranking k;
	struct chain_part *part;
	/* by target where `plain`, else as in the source */
	struct chain_tree *tree;
	size_t n_parts, n_trees, targets;
	size_t most_parts;		/* of a tree */
	bool plain;			/* a tree adds to one target */
	struct turned *turned;		/* or NULL */
	enum tree_sum how;
	const struct tree_source *src;
};

/* begins[node] = a part of a tree begins there.  False where a tree is none,
 * or would have too many parts. */
bool parts_cut(bool *begins, const struct tree_source *src);
/* NULL where the forest is none for a chain. */
struct chain *chain_new(struct arena *a, const struct tree_source *src,
    enum tree_sum how);
/* NULL where it would take too much room. */
struct turned *turned_new(struct arena *a, const struct chain *c);
size_t chain_scratch(const struct chain *c, size_t n);

struct chain_kernel;
/* As forest_run; rows that are few go one by one where that is possible. */
void chain_run(const struct chain *c, const struct chain_kernel *how,
    double *out, uint8_t *voted, const struct forest_input *in, size_t n,
    enum forest_sums sums, void *scratch);
/* Rows that are few: is a walk better? */
bool chain_prefers_walk(const struct chain *c, size_t n);

static inline float
value_at(const struct forest_input *in, size_t row, size_t feature)
{
	return in->column ? in->column[feature][row] :
	    in->x[row * in->stride + feature];
}

/* What a leaf's weights do to a row's sums. */
void leaf_add(double *out, uint8_t *voted, const struct tree_source_leaf *l,
    enum tree_sum how, enum forest_sums sums);

/* --- the walk -------------------------------------------------------------- */

struct walk;
int walk_new(struct walk **out, struct arena *a, const struct tree_source *src,
    enum tree_sum how, struct err *e);
size_t walk_slots(const struct walk *f);
size_t walk_scratch(const struct walk *f, size_t n);
void walk_run(const struct walk *f, double *out, uint8_t *voted,
    const struct forest_input *in, size_t n, enum forest_sums sums,
    void *scratch);

struct forest {
	struct tree_source src;
	enum tree_sum how;
	size_t steps;			/* of the longest ways, all trees */
	struct chain *chain;		/* at least one of them is there */
	struct walk *walk;
};

#endif
