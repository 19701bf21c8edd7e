/* Outputs that no table holds, taken apart into one a label. */
#include "engine/outputs.h"

#include <string.h>

#include "onnx/build.h"

#define LABELS_MAX 4096

/* The node that puts this sequence together, or SIZE_MAX. */
static size_t
find_sequence(const struct onnx_model *m, const char *name)
{
	for (size_t i = 0; i < m->n_nodes; i++)
		if (m->node[i].n_out == 1 && *m->node[i].domain == '\0' &&
		    strcmp(m->node[i].op, "SequenceConstruct") == 0 &&
		    strcmp(m->node[i].out[0], name) == 0)
			return i;
	return SIZE_MAX;
}

/* How many labels an output holds; 0: it stays as it is. */
static size_t
count_labels(const struct onnx_model *m, const struct onnx_value *v,
    size_t sequence)
{
	if (sequence != SIZE_MAX)
		return m->node[sequence].n_in;
	if (!v->sequence && v->rank == 3 && v->dim[0] > 0 && v->dim[1] < 0 &&
	    v->dim[2] > 0)
		return (size_t)v->dim[0];
	return 0;
}

/* Label k of the output v, as a value of this name. */
static void
add_label(struct onnx_model *m, struct arena *a, const struct onnx_value *v,
    size_t sequence, size_t k, const char *name)
{
	const char *place = arena_printf(a, "%s#", name);
	int64_t at = (int64_t)k;
	struct onnx_node *n;

	if (sequence != SIZE_MAX) {
		const char *from = m->node[sequence].in[k];

		n = onnx_add_node(a, m, "", "Identity", name);
		onnx_node_in(a, n, from);
	} else {
		onnx_add_initializer(a, m, place, ONNX_INT64, 0, NULL, &at);
		n = onnx_add_node(a, m, "", "Gather", name);
		onnx_node_in(a, n, v->name);
		onnx_node_in(a, n, place);
		onnx_attr_int(a, n, "axis", 0);
	}
	onnx_node_out(a, n, name);
}

int
outputs_split(struct onnx_model *m, struct arena *a, struct err *e)
{
	struct onnx_value *all = NULL;
	size_t n_all = 0, room = 0;
	bool changed = false;

	for (size_t i = 0; i < m->n_outputs; i++) {
		struct onnx_value v = m->output[i];
		size_t sequence = find_sequence(m, v.name);
		size_t labels = count_labels(m, &v, sequence);

		if (labels > LABELS_MAX || n_all + labels > 4 * LABELS_MAX)
			return err_set(e, ERR_TOOBIG, "output '%s' holds too "
			    "many labels", v.name);
		for (size_t k = 0; k < (labels ? labels : 1); k++) {
			all = arena_grow(a, all, n_all, &room, sizeof(*all));
			all[n_all] = v;
			if (labels) {
				all[n_all].name = arena_printf(a, "%s.%zu",
				    v.name, k);
				all[n_all].sequence = false;
				all[n_all].rank = -1;
				add_label(m, a, &v, sequence, k,
				    all[n_all].name);
			}
			n_all++;
		}
		changed |= labels > 0;
		if (sequence != SIZE_MAX) {
			m->n_nodes--;
			memmove(&m->node[sequence], &m->node[sequence + 1],
			    (m->n_nodes - sequence) * sizeof(*m->node));
		}
	}
	if (changed) {
		m->output = all;
		m->n_outputs = n_all;
		m->room[3] = room;
	}
	return 0;
}
