/* The graph of a repository, found and walked. */
#include "lineage/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lineage/internal.h"

void
lineage_release(struct lineage *g)
{
	arena_free(&g->arena);
	memset(g, 0, sizeof(*g));
}

size_t
lineage_find(const struct lineage *g, const struct oid *id)
{
	for (size_t i = 0; i < g->nodes; i++)
		if (oid_eq(&g->node[i].id, id))
			return i;
	for (size_t i = g->nodes; i-- > 0;)
		if (oid_eq(&g->node[i].content, id))
			return i;
	return LINEAGE_NONE;
}

size_t
graph_add_node(struct lineage *g, const struct lineage_node *n)
{
	g->node = arena_grow(&g->arena, g->node, g->nodes, &g->node_room,
	    sizeof(*g->node));
	g->node[g->nodes] = *n;
	return g->nodes++;
}

void
graph_add_edge(struct lineage *g, size_t from, size_t to, const char *rel,
    bool one_of_several)
{
	if (from == to)
		return;
	g->edge = arena_grow(&g->arena, g->edge, g->edges, &g->edge_room,
	    sizeof(*g->edge));
	g->edge[g->edges++] = (struct lineage_edge){ from, to, rel,
	    one_of_several };
}

/* ---- walking ---- */

struct walk {
	const struct lineage *g;
	size_t *first, *edge;		/* of a node: edge[first[i]..] */
	bool down, *seen;
	int (*fn)(void *ctx, const struct lineage_step *s, struct err *e);
	void *ctx;
};

static size_t
end_of(const struct walk *w, const struct lineage_edge *e, bool far)
{
	return w->down == far ? e->to : e->from;
}

static int
compare_steps(const struct walk *w, size_t a, size_t b)
{
	const struct lineage_node *x, *y;
	int r;

	x = &w->g->node[end_of(w, &w->g->edge[a], true)];
	y = &w->g->node[end_of(w, &w->g->edge[b], true)];
	r = strcmp(x->name, y->name);
	return r ? r : oid_cmp(&x->id, &y->id);
}

/* Each node's edges, in order of where they lead. */
static void
list_edges(struct walk *w)
{
	const struct lineage *g = w->g;
	size_t *at = xalloc(g->nodes + 1, sizeof(*at)), near, k, t;

	w->first = xalloc(g->nodes + 2, sizeof(*w->first));
	w->edge = xalloc(g->edges + 1, sizeof(*w->edge));
	for (size_t i = 0; i < g->edges; i++)
		w->first[end_of(w, &g->edge[i], false) + 1]++;
	for (size_t i = 0; i < g->nodes; i++)
		w->first[i + 1] += w->first[i];
	for (size_t i = 0; i < g->edges; i++) {
		near = end_of(w, &g->edge[i], false);
		k = w->first[near] + at[near]++;
		w->edge[k] = i;
		for (; k > w->first[near] && compare_steps(w, w->edge[k],
		    w->edge[k - 1]) < 0; k--) {
			t = w->edge[k];
			w->edge[k] = w->edge[k - 1];
			w->edge[k - 1] = t;
		}
	}
	free(at);
}

struct frame {				/* of a node whose edges are walked */
	size_t node, next;
};

static int
visit_node(struct walk *w, const struct lineage_step *s, struct frame *stack,
    size_t *depth, struct err *e)
{
	int r = w->fn(w->ctx, s, e);

	if (r == 0 && !s->seen) {
		w->seen[s->node] = true;
		stack[(*depth)++] = (struct frame){ s->node,
		    w->first[s->node] };
	}
	return r;
}

static int
walk_from(struct walk *w, size_t from, struct frame *stack, struct err *e)
{
	struct lineage_step s = { .node = from, .last = true };
	size_t depth = 0;
	struct frame *f;
	int r = visit_node(w, &s, stack, &depth, e);

	while (r == 0 && depth > 0) {
		f = &stack[depth - 1];
		if (f->next == w->first[f->node + 1]) {
			depth--;
			continue;
		}
		s.edge = &w->g->edge[w->edge[f->next++]];
		s.node = end_of(w, s.edge, true);
		s.depth = depth;
		s.seen = w->seen[s.node];
		s.last = f->next == w->first[f->node + 1];
		r = visit_node(w, &s, stack, &depth, e);
	}
	return r;
}

int
lineage_walk(const struct lineage *g, size_t from, bool down,
    int (*fn)(void *ctx, const struct lineage_step *s, struct err *e),
    void *ctx, struct err *e)
{
	struct walk w = { .g = g, .down = down, .fn = fn, .ctx = ctx };
	struct frame *stack = xalloc(g->nodes + 1, sizeof(*stack));
	int r;

	w.seen = xalloc(g->nodes + 1, sizeof(*w.seen));
	list_edges(&w);
	r = walk_from(&w, from, stack, e);
	free(w.first);
	free(w.edge);
	free(w.seen);
	free(stack);
	return r;
}
