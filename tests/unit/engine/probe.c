/* Models that mix their rows are found, and the node is named; those that keep
 * them apart are not, however they turn and reshape them. */
#include <string.h>

#include "engine/probe.h"
#include "model/open.h"
#include "graph.h"
#include "../tap.h"

#define COLUMNS 3

static struct arena arena;
static struct onnx_model *graph;

/* x (N, 3) of floats, or (N, 1) of another type, to y. */
static void
begin_graph(enum onnx_elem in, enum onnx_elem out)
{
	int64_t dim[2] = { -1, in == ONNX_FLOAT ? COLUMNS : 1 };

	graph = onnx_new(&arena, "g");
	onnx_set_opset(&arena, graph, "", 17);
	onnx_set_opset(&arena, graph, "ai.onnx.ml", 3);
	onnx_add_input(&arena, graph, "x", in, 2, dim);
	onnx_add_output(&arena, graph, "y", out, 2, dim);
}

static struct onnx_node *
node(const char *op, const char *a, const char *b, const char *out)
{
	return graph_node(&arena, graph, op, a, b, out);
}

static void
whole(const char *name, int64_t v)
{
	int64_t one = 1;

	onnx_add_initializer(&arena, graph, name, ONNX_INT64, 1, &one, &v);
}

/* What a binding says: "" when it opens. */
static const char *
opened(void)
{
	static struct err e;
	struct binding *p = NULL;
	struct buf b;

	e = (struct err)ERR_INIT;
	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, graph);
	if (binding_open(&p, b.data, b.len, NULL, &e) == 0)
		e.msg[0] = '\0';
	binding_free(p);
	buf_free(&b);
	arena_free(&arena);
	return e.msg;
}

static void
mixed(const char *node_said, const char *what)
{
	const char *got = opened();

	ok(strstr(got, "depends on the rows beside it") != NULL &&
	    strstr(got, node_said) != NULL, "%s: %s", what, got);
}

/* y = x - mean(x) over axis 0, of what `in` is read as. */
static void
minus_mean(const char *in)
{
	int64_t axis = 0;

	onnx_attr_ints(&arena, node("ReduceMean", in, NULL, "mean"), "axes",
	    &axis, 1);
	node("Sub", in, "mean", "y");
}

static void
mixing(void)
{
	begin_graph(ONNX_FLOAT, ONNX_FLOAT);
	minus_mean("x");
	mixed("ReduceMean node 'mean'", "x - mean(x)");
	begin_graph(ONNX_FLOAT, ONNX_FLOAT);
	onnx_attr_int(&arena, node("Softmax", "x", NULL, "y"), "axis", 0);
	mixed("Softmax node 'y'", "a softmax over the rows");
	begin_graph(ONNX_FLOAT, ONNX_FLOAT);
	whole("from", -1);
	whole("to", INT64_MIN + 1);
	whole("axis", 0);
	whole("step", -1);
	onnx_node_in(&arena, node("Slice", "x", "from", "y"), "to");
	onnx_node_in(&arena, &graph->node[0], "axis");
	onnx_node_in(&arena, &graph->node[0], "step");
	mixed("Slice node 'y'", "rows in reverse order");
	begin_graph(ONNX_FLOAT, ONNX_FLOAT);
	whole("axis", 0);
	node("CumSum", "x", "axis", "y");
	mixed("CumSum node 'y'", "running sums over the rows");
	begin_graph(ONNX_FLOAT, ONNX_FLOAT);
	node("Transpose", "x", NULL, "turned");
	node("MatMul", "x", "turned", "pairs");
	node("Softmax", "pairs", NULL, "share");
	node("MatMul", "share", "x", "y");
	mixed("node 'y'", "rows that attend to each other");
}

/* Sorted rows; how many there are is computed from the shape. */
static void
sorting(void)
{
	struct onnx_node *n;

	begin_graph(ONNX_FLOAT, ONNX_FLOAT);
	whole("from", 0);
	whole("to", 1);
	node("Shape", "x", NULL, "shape");
	onnx_node_in(&arena, node("Slice", "shape", "from", "rows"), "to");
	n = node("TopK", "x", "rows", "y");
	onnx_node_out(&arena, n, "places");
	onnx_attr_int(&arena, n, "axis", 0);
	mixed("TopK node 'y'", "sorted rows; the shape is not blamed");
}

/* Texts, whole numbers and booleans are probed with values that differ. */
static void
other_types(void)
{
	static const struct text keys[] = { { "p", 1 }, { "q", 1 } };
	static const float values[] = { 1, 2 };
	struct onnx_node *n;

	begin_graph(ONNX_INT64, ONNX_FLOAT);
	onnx_attr_int(&arena, node("Cast", "x", NULL, "c"), "to", ONNX_FLOAT);
	minus_mean("c");
	mixed("'mean'", "whole numbers minus their mean");
	begin_graph(ONNX_BOOL, ONNX_FLOAT);
	onnx_attr_int(&arena, node("Cast", "x", NULL, "c"), "to", ONNX_FLOAT);
	minus_mean("c");
	mixed("'mean'", "booleans minus their mean");
	begin_graph(ONNX_TEXT, ONNX_FLOAT);
	n = onnx_add_node(&arena, graph, "ai.onnx.ml", "LabelEncoder", "code");
	onnx_node_in(&arena, n, "x");
	onnx_node_out(&arena, n, "c");
	onnx_attr_texts(&arena, n, "keys_strings", keys, 2);
	onnx_attr_floats(&arena, n, "values_floats", values, 2);
	minus_mean("c");
	mixed("'mean'", "categories of the model minus their mean");
}

/* Missing values that are replaced by the mean of the others. */
static void
missing(void)
{
	int64_t axis = 0;
	float zero = 0;

	begin_graph(ONNX_FLOAT, ONNX_FLOAT);
	onnx_add_initializer(&arena, graph, "zero", ONNX_FLOAT, 0, NULL,
	    &zero);
	node("IsNaN", "x", NULL, "gone");
	onnx_node_in(&arena, node("Where", "gone", "zero", "full"), "x");
	onnx_attr_ints(&arena, node("ReduceMean", "full", NULL, "mean"),
	    "axes", &axis, 1);
	onnx_node_in(&arena, node("Where", "gone", "mean", "y"), "x");
	mixed("'mean'", "missing values take the mean of the other rows");
}

static void
apart(void)
{
	int64_t shape[2] = { 1, COLUMNS }, two = 2;

	begin_graph(ONNX_FLOAT, ONNX_FLOAT);
	node("Transpose", "x", NULL, "turned");
	onnx_attr_int(&arena, node("Softmax", "turned", NULL, "s"), "axis", 0);
	node("Transpose", "s", NULL, "y");
	is_text(opened(), "", "rows that are turned and turned back");
	begin_graph(ONNX_FLOAT, ONNX_FLOAT);
	node("Shape", "x", NULL, "shape");
	whole("flat", -1);
	node("Reshape", "x", "flat", "f");
	node("Tanh", "f", NULL, "t");
	node("Reshape", "t", "shape", "y");
	is_text(opened(), "", "rows that are laid flat and cut again");
	begin_graph(ONNX_FLOAT, ONNX_FLOAT);
	onnx_add_initializer(&arena, graph, "one", ONNX_INT64, 1, &two, shape);
	node("Reshape", "x", "one", "f");
	node("Softmax", "f", NULL, "y");
	is_text(opened(), "", "a model of one row a time");
}

int
main(void)
{
	mixing();
	sorting();
	other_types();
	missing();
	apart();
	return tap_done();
}
