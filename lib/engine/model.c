/* What a loaded model says of itself. */
#include "engine/model.h"

#include <stdlib.h>
#include <string.h>

#include "codec/regex.h"
#include "engine/internal.h"

#define TREE_PATH 16		/* steps from a root to a leaf, about */

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n_dicts; i++)
		intern_free(m->dict[i]);
	free(m->dict);
	for (size_t i = 0; i < m->n_regexes; i++)
		regex_free(m->regex[i]);
	free(m->regex);
	for (size_t i = 0; i < m->n_inner; i++)
		model_free(m->inner[i]);
	free(m->inner);
	free((void *)m->forest);
	arena_free(&m->arena);
	free(m);
}

size_t model_inputs(const struct model *m) { return m->n_inputs; }
size_t model_outputs(const struct model *m) { return m->n_outputs; }

const struct model_port *
model_input(const struct model *m, size_t i)
{
	return &m->input[i];
}

const struct model_port *
model_output(const struct model *m, size_t i)
{
	return &m->output[i];
}

const char *
model_meta(const struct model *m, const char *key)
{
	return onnx_find_meta(m->onnx, key);
}

const char *
model_trial_why(const struct model *m)
{
	return m->trial_why;
}

size_t model_forests(const struct model *m) { return m->n_forests; }

const struct forest *
model_forest(const struct model *m, size_t i)
{
	return m->forest[i];
}

const struct onnx_model *
model_onnx(const struct model *m)
{
	return m->onnx;
}

/* Trees by their roots, or by the first of their nodes. */
static size_t
node_effort(const struct onnx_node *n)
{
	bool trees = strncmp(n->op, "Tree", 4) == 0;
	size_t sum = 0;

	for (size_t k = 0; k < n->n_attrs; k++) {
		const struct onnx_attr *a = &n->attr[k];

		if (trees && strcmp(a->name, "tree_roots") == 0)
			sum += a->n * TREE_PATH;
		for (size_t i = 0; trees && i < a->n && strcmp(a->name,
		    "nodes_treeids") == 0; i++)
			if (i == 0 || a->ints[i] != a->ints[i - 1])
				sum += TREE_PATH;
		if (!trees)
			sum += a->type == ONNX_ATTR_FLOATS ? a->n :
			    a->type == ONNX_ATTR_TENSOR ? a->t->n : 0;
	}
	return sum;
}

size_t
model_effort(const struct model *m)
{
	size_t sum = 0;

	for (size_t i = 0; i < m->onnx->n_initializers; i++)
		sum += m->onnx->initializer[i].n;
	for (size_t i = 0; i < m->onnx->n_nodes; i++)
		sum += node_effort(&m->onnx->node[i]);
	for (size_t i = 0; i < m->n_inner; i++)
		sum += model_effort(m->inner[i]);
	return sum;
}
