/* A small graph in ONNX, for tests of what reads, plans and binds it. */
#ifndef TESTS_UNIT_ENGINE_GRAPH_H
#define TESTS_UNIT_ENGINE_GRAPH_H

#include "base/buf.h"
#include "model/meta.h"
#include "onnx/build.h"

#define WIDTH 4

/* A node called as its output, of one input or two. */
static inline struct onnx_node *
graph_node(struct arena *a, struct onnx_model *m, const char *op,
    const char *x, const char *y, const char *out)
{
	struct onnx_node *n = onnx_add_node(a, m, "", op, out);

	onnx_node_in(a, n, x);
	if (y)
		onnx_node_in(a, n, y);
	onnx_node_out(a, n, out);
	return n;
}

/* x (N, 4) through a layer of three: softmax(tanh(x W + b)); the last
 * operator is given. */
static inline void
write_graph(struct buf *out, const char *last, int64_t opset)
{
	struct arena a = { 0 };
	struct onnx_model *m = onnx_new(&a, "g");
	int64_t in[2] = { -1, WIDTH }, to[2] = { -1, 3 }, w[2] = { WIDTH, 3 };
	float weight[WIDTH * 3], bias[3] = { 0.1f, -0.2f, 0.3f };
	struct onnx_node *n;

	for (size_t i = 0; i < WIDTH * 3; i++)
		weight[i] = (float)((i * 7 + 3) % 11) / 11 - 0.4f;
	onnx_set_opset(&a, m, "", opset);
	onnx_add_input(&a, m, "x", ONNX_FLOAT, 2, in);
	onnx_add_output(&a, m, "y", ONNX_FLOAT, 2, to);
	onnx_add_initializer(&a, m, "w", ONNX_FLOAT, 2, w, weight);
	onnx_add_initializer(&a, m, "b", ONNX_FLOAT, 1, to + 1, bias);
	n = onnx_add_node(&a, m, "", "Gemm", "layer");
	onnx_node_in(&a, n, "x");
	onnx_node_in(&a, n, "w");
	onnx_node_in(&a, n, "b");
	onnx_node_out(&a, n, "h");
	n = onnx_add_node(&a, m, "", "Tanh", "bend");
	onnx_node_in(&a, n, "h");
	onnx_node_out(&a, n, "t");
	n = onnx_add_node(&a, m, "", last, "last");
	onnx_node_in(&a, n, "t");
	onnx_node_out(&a, n, "y");
	onnx_attr_int(&a, n, "axis", 1);
	onnx_add_meta(&a, m, META_CLASSES, "[\"a\",\"b\",\"c\"]", 13);
	onnx_write(out, m);
	arena_free(&a);
}

#endif
