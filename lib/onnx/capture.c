/* Names that a graph inside a node takes from around it. */
#include "onnx/capture.h"

#include <string.h>

#include "onnx/scope.h"

#define GRAPHS_DEEP_MAX 4

static void
note_read(struct intern *names, const struct intern *made, const char *name)
{
	size_t n = strlen(name);

	if (n && intern_find(made, name, n) == INTERN_NONE)
		intern_add(names, name, n);
}

static int
free_names(struct intern *names, const struct onnx_model *m, struct arena *a,
    int depth, struct err *e);

/* What the graphs inside a node read. */
static int
note_graphs(struct intern *names, const struct intern *made,
    const struct onnx_model *m, const struct onnx_node *node, struct arena *a,
    int depth, struct err *e)
{
	struct intern *inner = NULL;
	struct onnx_model *g;
	int r = 0;

	for (size_t i = 0; i < node->n_attrs && r == 0; i++) {
		if (node->attr[i].type != ONNX_ATTR_GRAPH)
			continue;
		if (depth == GRAPHS_DEEP_MAX)
			return err_set(e, ERR_UNSUPPORTED, "node '%s': graphs "
			    "in graphs in graphs", node->name);
		inner = intern_new();
		r = onnx_read_graph(&g, a, m, node, node->attr[i].s.s,
		    node->attr[i].s.n, e);
		if (r == 0)
			r = free_names(inner, g, a, depth + 1, e);
		for (size_t k = 0; r == 0 && k < intern_count(inner); k++) {
			size_t n;

			note_read(names, made, onnx_scope_name(node->scope,
			    intern_text(inner, (uint32_t)k, &n)));
		}
		intern_free(inner);
	}
	return r;
}

static int
free_names(struct intern *names, const struct onnx_model *m, struct arena *a,
    int depth, struct err *e)
{
	struct intern *made = intern_new();
	int r = 0;

	for (size_t i = 0; i < m->n_initializers; i++)
		intern_add(made, m->initializer[i].name,
		    strlen(m->initializer[i].name));
	for (size_t i = 0; i < m->n_inputs; i++)
		intern_add(made, m->input[i].name, strlen(m->input[i].name));
	for (size_t i = 0; i < m->n_nodes && r == 0; i++) {
		const struct onnx_node *n = &m->node[i];

		for (size_t k = 0; k < n->n_in; k++)
			note_read(names, made, n->in[k]);
		r = note_graphs(names, made, m, n, a, depth, e);
		for (size_t k = 0; k < n->n_out; k++)
			intern_add(made, n->out[k], strlen(n->out[k]));
	}
	for (size_t i = 0; i < m->n_outputs; i++)
		note_read(names, made, m->output[i].name);
	intern_free(made);
	return r;
}

int
onnx_free_names(struct intern *names, const struct onnx_model *m,
    struct arena *a, struct err *e)
{
	return free_names(names, m, a, 0, e);
}
