/* Outputs of several labels are taken apart. */
#include "engine/outputs.h"

#include <string.h>

#include "../tap.h"
#include "onnx/build.h"

static const int64_t labels_first[3] = { 3, -1, 2 };

static void
test_sequence(void)
{
	struct arena a = { 0 };
	struct onnx_model *m = onnx_new(&a, "g");
	struct err e = ERR_INIT;
	struct onnx_node *n = onnx_add_node(&a, m, "", "SequenceConstruct", "s");

	onnx_node_in(&a, n, "p");
	onnx_node_in(&a, n, "q");
	onnx_node_out(&a, n, "y");
	onnx_add_output(&a, m, "y", ONNX_FLOAT, 2, labels_first + 1);
	ok(outputs_split(m, &a, &e) == 0, "a sequence is taken apart: %s", e.msg);
	is_int(m->n_outputs, 2, "it becomes two outputs");
	is_text(m->output[1].name, "y.1", "named after their places");
	is_int(m->n_nodes, 2, "and nothing puts it together any more");
	is_text(m->node[0].in[0], "p", "the first is the first");
	arena_free(&a);
}

static void
test_labels_first(void)
{
	struct arena a = { 0 };
	struct onnx_model *m = onnx_new(&a, "g");
	struct err e = ERR_INIT;

	onnx_add_output(&a, m, "label", ONNX_INT64, 1, labels_first + 1);
	onnx_add_output(&a, m, "p", ONNX_FLOAT, 3, labels_first);
	ok(outputs_split(m, &a, &e) == 0, "labels before rows are taken apart: %s", e.msg);
	is_int(m->n_outputs, 4, "one output a label, and the other as it was");
	is_text(m->output[0].name, "label", "in their order");
	is_text(m->output[3].name, "p.2", "to the last");
	is_text(m->node[2].op, "Gather", "each is gathered");
	arena_free(&a);
}

int
main(void)
{
	test_sequence();
	test_labels_first();
	return tap_done();
}
