/* Importance from trees and the training rows that came by their nodes. */
#include "judge/gain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/forest.h"

#define STEPS 32			/* nodes between an input and trees */
#define NONE SIZE_MAX

/* ---- which column a feature of the trees is ---- */

static const struct onnx_node *
producer_of(const struct onnx_model *m, const char *value)
{
	for (size_t i = 0; i < m->n_nodes; i++)
		for (size_t k = 0; k < m->node[i].n_out; k++)
			if (strcmp(m->node[i].out[k], value) == 0)
				return &m->node[i];
	return NULL;
}

/* Back through steps that change no column's place, to one that does, or to
 * what no node makes. */
static const char *
trace_value(const struct onnx_node **at, const struct onnx_model *m,
    const char *value)
{
	static const char *const plain[] = { "Cast", "Identity",
	    "LabelEncoder", "Imputer", "Scaler" };

	for (int step = 0; step < STEPS; step++) {
		bool follow = false;

		*at = producer_of(m, value);
		for (size_t i = 0; *at && i < sizeof(plain) / sizeof(*plain);
		    i++)
			follow |= strcmp((*at)->op, plain[i]) == 0;
		if (!follow || (*at)->n_in == 0)
			break;
		value = (*at)->in[0];
	}
	return value;
}

/* The wanted columns of the input of that name are features from `from` on;
 * how many, 0: it is no input. */
static size_t
place_input(size_t *want, size_t n, size_t from, const struct binding *b,
    const char *name)
{
	const struct model *m = binding_model(b);
	size_t wants, input, place, found = 0;

	(void)binding_wants(b, &wants);
	for (size_t i = 0; i < wants; i++) {
		binding_port(b, i, &input, &place);
		if (strcmp(model_input(m, input)->name, name) != 0)
			continue;
		if (from + place < n)
			want[from + place] = i;
		found++;
	}
	return found;
}

static void
place_features(size_t *want, size_t n, const struct binding *b,
    const struct onnx_node *trees)
{
	const struct onnx_model *m = model_onnx(binding_model(b));
	const struct onnx_node *at, *inner;
	const char *value = trace_value(&at, m, trees->in[0]);
	size_t from = 0, width;

	for (size_t i = 0; i < n; i++)
		want[i] = NONE;
	if (at == NULL) {
		place_input(want, n, 0, b, value);
		return;
	}
	for (size_t i = 0; strcmp(at->op, "Concat") == 0 && i < at->n_in;
	    i++) {
		value = trace_value(&inner, m, at->in[i]);
		width = inner == NULL ? place_input(want, n, from, b, value) :
		    0;
		if (width == 0)
			return;		/* what follows has no known place */
		from += width;
	}
}

/* ---- gains ---- */

struct gains {
	const struct tree_source *t;
	double *mean;			/* (n_nodes) of the scores below */
	uint8_t *seen;			/* (n_nodes) 1: entered, 2: done */
	uint32_t *stack;		/* (n_nodes + 1) */
	double *gain;			/* (n_features) */
	bool odd;			/* hit rates that count no rows */
};

static double
value_of(const struct gains *g, struct tree_ref r)
{
	const struct tree_source_leaf *l;

	if (!r.leaf)
		return g->mean[r.at];
	l = &g->t->leaf[r.at];
	return l->n > 0 ? l->weight[0].value : 0;
}

/* Rows of both branches, of `all` of their node. */
static void
rows_of(double n[2], const struct gains *g, const struct tree_source_node *d,
    double all)
{
	const struct tree_ref r[2] = { d->yes, d->no };
	const struct tree_source *t = g->t;

	for (int i = 0; i < 2; i++)
		n[i] = !r[i].leaf ? t->node_cover[r[i].at] :
		    t->leaf_cover != NULL ? t->leaf_cover[r[i].at] : NAN;
	if (isnan(n[0]) && isnan(n[1]))
		n[0] = n[1] = all / 2;
	else if (isnan(n[0]))
		n[0] = all - n[1];
	else if (isnan(n[1]))
		n[1] = all - n[0];
}

static void
close_node(struct gains *g, uint32_t i)
{
	const struct tree_source_node *d = &g->t->node[i];
	double a = value_of(g, d->yes), b = value_of(g, d->no), n[2], all;

	all = g->t->node_cover[i];
	rows_of(n, g, d, all);
	g->odd |= !(n[0] >= 0 && n[1] >= 0 && fabs(n[0] + n[1] - all) <=
	    1e-3 * all);
	g->mean[i] = all > 0 ? (n[0] * a + n[1] * b) / all : 0;
	if (all > 0 && d->feature < g->t->n_features)
		g->gain[d->feature] += n[0] * n[1] / all * (a - b) * (a - b);
}

static void
walk_tree(struct gains *g, struct tree_ref root)
{
	size_t depth = 0;

	if (root.leaf || g->seen[root.at])
		return;
	g->seen[root.at] = 1;
	g->stack[depth++] = root.at;
	while (depth > 0) {
		uint32_t i = g->stack[depth - 1];
		const struct tree_ref r[2] = { g->t->node[i].yes,
		    g->t->node[i].no };
		size_t before = depth;

		for (int k = 0; k < 2; k++) {
			if (r[k].leaf || g->seen[r[k].at])
				continue;
			g->seen[r[k].at] = 1;
			g->stack[depth++] = r[k].at;
		}
		if (depth > before)
			continue;
		close_node(g, i);
		depth--;
	}
}

static int
check_trees(const struct tree_source *t, struct err *e)
{
	if (t->node_cover == NULL)
		return err_set(e, ERR_UNSUPPORTED, "its trees do not say how "
		    "many rows came by (nodes_hitrates)");
	for (size_t i = 0; i < t->n_leaves; i++)
		if (t->leaf[i].n > 1)
			return err_set(e, ERR_UNSUPPORTED, "leaves of its "
			    "trees have several outputs");
	return 0;
}

static int
measure_forest(double *out, const struct binding *b,
    const struct tree_source *t, const struct onnx_node *node, struct err *e)
{
	struct gains g = { .t = t };
	size_t *want;
	int r = 0;

	if (check_trees(t, e) < 0)
		return -1;
	want = xalloc(t->n_features + 1, sizeof(*want));
	g.mean = xalloc(t->n_nodes + 1, sizeof(*g.mean));
	g.seen = xalloc(t->n_nodes + 1, 1);
	g.stack = xalloc(t->n_nodes + 1, sizeof(*g.stack));
	g.gain = xalloc(t->n_features + 1, sizeof(*g.gain));
	place_features(want, t->n_features, b, node);
	for (size_t i = 0; i < t->n_trees; i++)
		walk_tree(&g, t->root[i]);
	if (g.odd)
		r = err_set(e, ERR_UNSUPPORTED, "what its trees call "
		    "nodes_hitrates are no counts of rows");
	for (size_t i = 0; r == 0 && i < t->n_features; i++) {
		if (want[i] != NONE)
			out[want[i]] += g.gain[i];
		else if (g.gain[i] > 0)
			r = err_set(e, ERR_UNSUPPORTED, "what its trees ask "
			    "cannot be told by column");
	}
	free(want);
	free(g.mean);
	free(g.seen);
	free(g.stack);
	free(g.gain);
	return r;
}

int
gain_measure(double *out, const struct binding *b, struct err *e)
{
	const struct model *m = binding_model(b);
	const struct onnx_model *x = model_onnx(m);
	size_t wants, forest = 0;

	(void)binding_wants(b, &wants);
	for (size_t i = 0; i < wants; i++)
		out[i] = 0;
	if (binding_by_place(b))
		return err_set(e, ERR_UNSUPPORTED, "its inputs have no names");
	for (size_t i = 0; i < x->n_nodes && forest < model_forests(m); i++)
		if (strncmp(x->node[i].op, "TreeEnsemble", 12) == 0 &&
		    measure_forest(out, b, forest_source(model_forest(m,
		    forest++)), &x->node[i], e) < 0)
			return -1;
	if (forest == 0)
		return err_set(e, ERR_UNSUPPORTED, "it has no trees");
	return 0;
}
