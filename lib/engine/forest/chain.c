/* Trees laid out as chains: every node in an order that has parents first. */
#include "engine/forest/internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Turned round, the answers to sets: so many bytes, and this for each step. */
#define ANSWERS_MAX ((size_t)1 << 18)
#define ANSWERS_A_STEP 2560
#define PIECES_MAX 8

struct builder {
	struct arena *a;
	const struct tree_source *src;
	struct chain *c;
	bool *seen;			/* by node of the source */
	/* of one tree */
	struct chain_node node[CHAIN_LEAVES];
	uint32_t leaf[CHAIN_LEAVES];
	struct { struct tree_ref ref; uint8_t id; } todo[CHAIN_LEAVES];
	struct chain_set *set;
	size_t n_nodes, n_todo, n_sets, room_sets;
};

/* --- nodes ----------------------------------------------------------------- */

static void
new_set(struct builder *b, uint32_t column)
{
	if (b->n_sets == b->room_sets) {
		b->room_sets = b->room_sets ? b->room_sets * 2 : 64;
		b->set = xresize(b->set, b->room_sets, sizeof(*b->set));
	}
	b->set[b->n_sets++] = (struct chain_set){ .column = column };
}

static void
put_code(struct chain_set *s, uint32_t code)
{
	code %= WINDOW_CODES;
	s->bits[code / 8] |= (uint8_t)(1 << code % 8);
}

/* Windows of a set that hold some of it, in order; the number of them. */
static size_t
put_sets(struct builder *b, const struct tree_test *t, uint32_t feature)
{
	const struct feature_codes *f =
	    &b->c->k.codes[b->c->k.codes_of[feature] - 1];
	size_t windows = code_windows(f), first = b->n_sets, kept = first;

	for (size_t w = 0; w < windows; w++)
		new_set(b, f->column + 2 * (uint32_t)w);
	for (size_t i = 0; i < t->n_set; i++) {
		float v = t->set ? t->set[i] : t->one;
		uint32_t code = code_of(f, v);

		if (!isnan(v))
			put_code(&b->set[first + code / WINDOW_CODES], code);
	}
	if (t->nan_holds)
		put_code(&b->set[first + f->n / WINDOW_CODES], f->n);
	for (size_t w = first; w < first + windows; w++) {
		static const uint8_t none[WINDOW_CODES / 8];

		if (memcmp(b->set[w].bits, none, sizeof(none)) != 0)
			b->set[kept++] = b->set[w];
	}
	b->n_sets = kept;
	return kept - first;
}

/* Rows of id `id` stay or move to the next id: to what they lead. */
static void
put_node(struct builder *b, uint8_t id, struct tree_ref ref)
{
	const struct tree_source_node *n = &b->src->node[ref.at];
	struct chain_node *to = &b->node[b->n_nodes++];
	struct tree_ref holds = n->yes, fails = n->no, stay, move;
	struct tree_test t;
	uint32_t column;

	tree_test_of(&t, n);
	if (t.flip) {
		holds = n->no;
		fails = n->yes;
	}
	to->from = id;
	if (t.member) {
		to->rank = SET_NODE;
		to->column = (uint16_t)put_sets(b, &t, n->feature);
		stay = fails;
		move = holds;
	} else {
		ranking_place(&column, &to->rank, &b->c->k, n->feature, t.t,
		    t.nan_holds);
		to->column = (uint16_t)column;
		stay = holds;
		move = fails;
	}
	b->todo[b->n_todo].id = (uint8_t)b->n_nodes;
	b->todo[b->n_todo++].ref = move;
	b->todo[b->n_todo].id = id;
	b->todo[b->n_todo++].ref = stay;
}

/* Trees of few leaves, in which one way leads to each node? */
static bool
are_chains(struct builder *b)
{
	struct tree_ref todo[CHAIN_LEAVES];

	for (size_t t = 0; t < b->src->n_trees; t++) {
		size_t n = 1, nodes = 0;

		todo[0] = b->src->root[t];
		while (n) {
			struct tree_ref r = todo[--n];

			if (r.leaf)
				continue;
			if (b->seen[r.at] || ++nodes == CHAIN_LEAVES)
				return false;
			b->seen[r.at] = true;
			todo[n++] = b->src->node[r.at].no;
			todo[n++] = b->src->node[r.at].yes;
		}
	}
	return true;
}

static void
lay_nodes(struct builder *b, struct tree_ref root)
{
	b->n_nodes = b->n_sets = 0;
	b->n_todo = 1;
	b->todo[0].ref = root;
	b->todo[0].id = 0;
	while (b->n_todo) {
		struct tree_ref ref = b->todo[--b->n_todo].ref;
		uint8_t id = b->todo[b->n_todo].id;

		if (ref.leaf) {
			b->leaf[id] = ref.at;
			continue;
		}
		put_node(b, id, ref);
	}
}

static void *
keep(struct arena *a, const void *from, size_t bytes)
{
	void *to = arena_alloc(a, bytes + 1);

	if (bytes)
		memcpy(to, from, bytes);
	return to;
}

/* --- trees ----------------------------------------------------------------- */

/* Does every leaf of the tree add one weight to the same target? */
static bool
one_target(const struct builder *b, uint32_t *target)
{
	for (size_t i = 0; i <= b->n_nodes; i++) {
		const struct tree_source_leaf *l = &b->src->leaf[b->leaf[i]];

		if (l->n != 1 || (i && l->weight[0].target != *target))
			return false;
		*target = l->weight[0].target;
	}
	return true;
}

static void
lay_tree(struct builder *b, size_t t)
{
	struct chain_tree *to = &b->c->tree[t];

	lay_nodes(b, b->src->root[t]);
	to->n_nodes = (uint32_t)b->n_nodes;
	to->node = keep(b->a, b->node, b->n_nodes * sizeof(*b->node));
	to->set = keep(b->a, b->set, b->n_sets * sizeof(*b->set));
	to->leaf = keep(b->a, b->leaf, (b->n_nodes + 1) * sizeof(*b->leaf));
	if (b->c->plain)
		b->c->plain = one_target(b, &to->target);
}

/* By target, and in the file's order within each: every target's sum has its
 * order still. */
static void
order_trees(struct chain *c, struct arena *a)
{
	size_t *first = xalloc(c->targets + 1, sizeof(*first));
	struct chain_tree *to = arena_alloc(a, c->n_trees * sizeof(*to));

	for (size_t t = 0; t < c->n_trees; t++)
		first[c->tree[t].target + 1]++;
	for (size_t k = 0; k < c->targets; k++)
		first[k + 1] += first[k];
	for (size_t t = 0; t < c->n_trees; t++)
		to[first[c->tree[t].target]++] = c->tree[t];
	free(first);
	c->tree = to;
}

static void
lay_values(struct chain *c, struct arena *a)
{
	for (size_t t = 0; t < c->n_trees; t++) {
		struct chain_tree *k = &c->tree[t];
		double *v = arena_alloc(a, (k->n_nodes + 1) * sizeof(*v));

		for (size_t i = 0; i <= k->n_nodes; i++)
			v[i] = (double)c->src->leaf[k->leaf[i]].weight[0].value;
		k->value = v;
	}
}

struct chain *
chain_new(struct arena *a, const struct tree_source *src, enum tree_sum how)
{
	struct chain *c = arena_alloc(a, sizeof(*c));
	struct builder *b = xalloc(1, sizeof(*b));
	bool r;

	*b = (struct builder){ .a = a, .src = src, .c = c };
	b->seen = xalloc(src->n_nodes + 1, sizeof(*b->seen));
	c->src = src;
	c->how = how;
	c->targets = src->n_targets;
	c->n_trees = src->n_trees;
	c->plain = how == TREE_SUM || how == TREE_AVERAGE;
	r = are_chains(b) && ranking_build(&c->k, a, src);
	if (r)
		c->tree = arena_alloc(a, c->n_trees * sizeof(*c->tree));
	for (size_t t = 0; r && t < c->n_trees; t++)
		lay_tree(b, t);
	free(b->seen);
	free(b->set);
	free(b);
	if (!r)
		return NULL;
	if (c->plain) {
		if (c->targets > 1)
			order_trees(c, a);
		lay_values(c, a);
	}
	c->turned = turned_new(a, c);
	return c;
}

/* --- turned round ---------------------------------------------------------- */

static void
size_groups(struct turned *t, const struct chain *c)
{
	for (size_t i = 0; i < c->n_trees; i++) {
		struct turned_group *g = &t->group[i / CHAIN_LANES];

		g->n_trees++;
		if (c->tree[i].n_nodes > g->n)
			g->n = c->tree[i].n_nodes;
	}
	for (size_t g = 0; g < t->n_groups; g++) {
		t->group[g].first = t->n_steps;
		t->n_steps += t->group[g].n;
	}
}

/* The rows of a window's codes, by pair of columns. */
static uint64_t ***
rows_of_windows(uint64_t **row, const struct chain *c)
{
	uint64_t ***of = xalloc((c->k.n_columns - c->k.n_rank_columns) / 2 + 1,
	    sizeof(*of));
	size_t n = 0;

	for (size_t i = 0; i < c->k.n_codes; i++) {
		const struct feature_codes *f = &c->k.codes[i];

		for (size_t w = 0; w < code_windows(f); w++)
			of[n++] = row + w * WINDOW_CODES;
		row += f->n + 2;
	}
	return of;
}

/* Say at this step and lane which codes the set holds. */
static void
answer_set(uint64_t **row, const struct chain_set *s, size_t step, size_t lane)
{
	for (size_t k = 0; k < WINDOW_CODES / 8; k++)
		for (unsigned bits = s->bits[k]; bits; bits &= bits - 1)
			row[8 * k + (size_t)__builtin_ctz(bits)][step] |=
			    1ULL << lane;
}

static void
turn_tree(struct turned *t, uint64_t ***rows, const struct chain *c, size_t i)
{
	const struct turned_group *g = &t->group[i / CHAIN_LANES];
	const struct chain_set *s = c->tree[i].set;
	size_t lane = i % CHAIN_LANES;

	for (size_t k = 0; k < g->n; k++) {
		const struct chain_node *n = &c->tree[i].node[k];
		size_t at = (g->first + k) * CHAIN_LANES + lane;

		t->rank[at] = SET_NODE;
		if (k >= c->tree[i].n_nodes)
			continue;
		t->from[at] = n->from;
		t->rank[at] = n->rank;
		if (n->rank != SET_NODE)
			t->column[at] = (uint8_t)n->column;
		else
			for (size_t w = n->column; w; w--, s++)
				answer_set(rows[(s->column -
				    c->k.n_rank_columns) / 2], s, g->first + k,
				    lane);
	}
}

struct turned *
turned_new(struct arena *a, const struct chain *c)
{
	struct turned *t = arena_alloc(a, sizeof(*t));
	size_t codes = 0, lanes;
	uint64_t **row, ***rows;

	t->pieces = (c->k.n_rank_columns + 15) / 16;
	for (size_t i = 0; i < c->k.n_codes; i++)
		codes += c->k.codes[i].n + 2;
	t->n_groups = (c->n_trees + CHAIN_LANES - 1) / CHAIN_LANES;
	t->group = arena_alloc(a, (t->n_groups + 1) * sizeof(*t->group));
	size_groups(t, c);
	if (t->pieces > PIECES_MAX || codes * t->n_steps * sizeof(**row) >
	    ANSWERS_MAX + ANSWERS_A_STEP * t->n_steps)
		return NULL;
	lanes = t->n_steps * CHAIN_LANES;
	t->column = arena_alloc(a, lanes + 1);
	t->rank = arena_alloc(a, lanes + 1);
	t->from = arena_alloc(a, lanes + 1);
	row = arena_alloc(a, (codes + 1) * sizeof(*row));
	for (size_t i = 0; i < codes; i++)
		row[i] = arena_alloc(a, (t->n_steps + 1) * sizeof(**row));
	rows = rows_of_windows(row, c);
	for (size_t i = 0; i < c->n_trees; i++)
		turn_tree(t, rows, c, i);
	free(rows);
	t->answer = (const uint64_t *const *)row;
	t->n_answers = c->k.n_codes;
	return t;
}
