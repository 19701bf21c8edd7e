/* A chain turned round: one row through 64 parts at once. */
#include "engine/forest/internal.h"

#include <stdlib.h>

#include "base/mem.h"

/* The answers to sets: so many bytes, and this for each step. */
#define ANSWERS_MAX ((size_t)1 << 18)
#define ANSWERS_A_STEP 2560
#define PIECES_MAX 8

static void
size_groups(struct turned *t, const struct chain *c)
{
	for (size_t i = 0; i < c->n_parts; i++) {
		struct turned_group *g = &t->group[i / CHAIN_LANES];

		g->n_parts++;
		if (c->part[i].n_nodes > g->n)
			g->n = c->part[i].n_nodes;
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
turn_part(struct turned *t, uint64_t ***rows, const struct chain *c, size_t i)
{
	const struct turned_group *g = &t->group[i / CHAIN_LANES];
	const struct chain_set *s = c->part[i].set;
	size_t lane = i % CHAIN_LANES;

	for (size_t k = 0; k < g->n; k++) {
		const struct chain_node *n = &c->part[i].node[k];
		size_t at = (g->first + k) * CHAIN_LANES + lane;

		t->rank[at] = SET_NODE;
		if (k >= c->part[i].n_nodes)
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
	t->n_groups = (c->n_parts + CHAIN_LANES - 1) / CHAIN_LANES;
	t->group = arena_alloc(a, (t->n_groups + 1) * sizeof(*t->group));
	size_groups(t, c);
	/* one row walks down large trees sooner */
	if (c->n_parts > 2 * c->n_trees)
		return NULL;
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
	for (size_t i = 0; i < c->n_parts; i++)
		turn_part(t, rows, c, i);
	free(rows);
	t->answer = (const uint64_t *const *)row;
	t->n_answers = c->k.n_codes;
	return t;
}
