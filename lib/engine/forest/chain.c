/* Trees laid out as chains: every node in an order that has parents first. */
#include "engine/forest/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PLACES (CHAIN_LEAVES * CHAIN_PARTS)
/* Evaluating every node costs as much as a walk where the trees have so many
 * leaves, on average, for each byte of a vector. */
#define LEAVES_A_BYTE 64

struct builder {
	struct arena *a;
	const struct tree_source *src;
	struct chain *c;
	bool *begins;			/* a part, by node of the source */
	size_t room_parts;
	/* of one tree, by place */
	uint32_t leaf[PLACES];
	uint8_t exit[PLACES];
	struct tree_ref root[CHAIN_PARTS];
	uint32_t hops[CHAIN_PARTS];	/* that lead to it */
	size_t n_parts;
	/* of one part */
	struct chain_node node[CHAIN_LEAVES];
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

/* The id's rows are at a leaf, or go on in a part. */
static void
put_end(struct builder *b, size_t part, uint8_t id, struct tree_ref ref)
{
	size_t place = CHAIN_LEAVES * part + id;

	b->exit[place] = (uint8_t)part;
	b->leaf[place] = ref.leaf ? ref.at : NO_LEAF;
	if (ref.leaf)
		return;
	b->exit[place] = (uint8_t)b->n_parts;
	b->root[b->n_parts] = ref;
	b->hops[b->n_parts++] = b->hops[part] + 1;
}

static void
lay_nodes(struct builder *b, size_t part)
{
	b->n_nodes = b->n_sets = 0;
	b->n_todo = 1;
	b->todo[0].ref = b->root[part];
	b->todo[0].id = 0;
	while (b->n_todo) {
		struct tree_ref ref = b->todo[--b->n_todo].ref;
		uint8_t id = b->todo[b->n_todo].id;

		if (ref.leaf || (b->n_nodes && b->begins[ref.at]))
			put_end(b, part, id, ref);
		else
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

static void
keep_part(struct builder *b)
{
	struct chain *c = b->c;

	if (c->n_parts == b->room_parts) {
		b->room_parts = b->room_parts ? b->room_parts * 2 : 256;
		c->part = xresize(c->part, b->room_parts, sizeof(*c->part));
	}
	c->part[c->n_parts++] = (struct chain_part){
	    .node = keep(b->a, b->node, b->n_nodes * sizeof(*b->node)),
	    .set = keep(b->a, b->set, b->n_sets * sizeof(*b->set)),
	    .n_nodes = (uint32_t)b->n_nodes };
}

/* Does every leaf of the tree add one weight to the same target? */
static bool
one_target(const struct builder *b, size_t places, uint32_t *target)
{
	bool first = true;

	for (size_t i = 0; i < places; i++) {
		const struct tree_source_leaf *l;

		if (b->leaf[i] == NO_LEAF)
			continue;
		l = &b->src->leaf[b->leaf[i]];
		if (l->n != 1 || (!first && l->weight[0].target != *target))
			return false;
		*target = l->weight[0].target;
		first = false;
	}
	return true;
}

static void
lay_tree(struct builder *b, size_t t)
{
	struct chain_tree *to = &b->c->tree[t];
	size_t places = 0;

	to->first = (uint32_t)b->c->n_parts;
	b->root[0] = b->src->root[t];
	b->hops[0] = 0;
	b->n_parts = 1;
	for (size_t k = 0; k < b->n_parts; k++) {
		for (; places < CHAIN_LEAVES * k; places++)
			b->leaf[places] = NO_LEAF;
		lay_nodes(b, k);
		keep_part(b);
		places += b->n_nodes + 1;
		if (b->hops[k] > to->hops)
			to->hops = b->hops[k];
	}
	to->n_parts = (uint32_t)b->n_parts;
	if (b->c->most_parts < b->n_parts)
		b->c->most_parts = b->n_parts;
	to->n_places = (uint32_t)places;
	to->leaf = keep(b->a, b->leaf, places * sizeof(*b->leaf));
	if (b->n_parts > 1)
		to->exit = keep(b->a, b->exit, places);
	if (b->c->plain)
		b->c->plain = one_target(b, places, &to->target);
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
		double *v = arena_alloc(a, k->n_places * sizeof(*v));

		for (size_t i = 0; i < k->n_places; i++)
			if (k->leaf[i] != NO_LEAF)
				v[i] = (double)c->src->leaf[k->leaf[i]].
				    weight[0].value;
		k->value = v;
	}
}

/* Into the arena. */
static void
take_parts(struct chain *c, struct arena *a)
{
	struct chain_part *part = c->part;

	c->part = keep(a, part, c->n_parts * sizeof(*part));
	free(part);
}

struct chain *
chain_new(struct arena *a, const struct tree_source *src, enum tree_sum how)
{
	struct chain *c = arena_alloc(a, sizeof(*c));
	struct builder *b = xalloc(1, sizeof(*b));
	bool r;

	*b = (struct builder){ .a = a, .src = src, .c = c };
	b->begins = xalloc(src->n_nodes + 1, sizeof(*b->begins));
	c->src = src;
	c->how = how;
	c->targets = src->n_targets;
	c->n_trees = src->n_trees;
	c->plain = how == TREE_SUM || how == TREE_AVERAGE;
	r = src->n_leaves / LEAVES_A_BYTE / (src->n_trees + 1) <=
	    chain_kernel_best()->width && parts_cut(b->begins, src) &&
	    ranking_build(&c->k, a, src);
	if (r)
		c->tree = arena_alloc(a, c->n_trees * sizeof(*c->tree));
	for (size_t t = 0; r && t < c->n_trees; t++)
		lay_tree(b, t);
	free(b->begins);
	free(b->set);
	free(b);
	if (!r)
		return NULL;
	take_parts(c, a);
	if (c->plain) {
		if (c->targets > 1)
			order_trees(c, a);
		lay_values(c, a);
	}
	c->turned = turned_new(a, c);
	return c;
}
