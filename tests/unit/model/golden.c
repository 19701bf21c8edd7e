/* Golden rows of forests: those of today, whose leaf values are added in
 * double, and those of versions before, which added them in float. */
#include <string.h>

#include "model/meta.h"
#include "model/open.h"
#include "../tap.h"

#define TREES 5

/* One leaf a tree: 1 and four times 2^-25, which a float sum of 1 does not
 * feel, while all of them make one step of a float. */
static const char *
opened(const char *golden)
{
	static const int64_t dim[2] = { -1, 1 }, zeros[TREES];
	static const int64_t tree[TREES] = { 0, 1, 2, 3, 4 };
	static const float zero[TREES], weight[TREES] = { 1, 0x1p-25f,
	    0x1p-25f, 0x1p-25f, 0x1p-25f };
	static struct err e;
	struct text leaf[TREES];
	struct arena a = { 0 };
	struct onnx_model *m = onnx_new(&a, "g");
	struct binding *p = NULL;
	struct onnx_node *n;
	struct buf b;

	for (int i = 0; i < TREES; i++)
		leaf[i] = (struct text){ "LEAF", 4 };
	onnx_set_opset(&a, m, "", 17);
	onnx_set_opset(&a, m, "ai.onnx.ml", 3);
	onnx_add_input(&a, m, "x", ONNX_FLOAT, 2, dim);
	onnx_add_output(&a, m, "y", ONNX_FLOAT, 2, dim);
	n = onnx_add_node(&a, m, "ai.onnx.ml", "TreeEnsembleRegressor", "t");
	onnx_node_in(&a, n, "x");
	onnx_node_out(&a, n, "y");
	onnx_attr_ints(&a, n, "nodes_treeids", tree, TREES);
	onnx_attr_ints(&a, n, "nodes_nodeids", zeros, TREES);
	onnx_attr_ints(&a, n, "nodes_featureids", zeros, TREES);
	onnx_attr_ints(&a, n, "nodes_truenodeids", zeros, TREES);
	onnx_attr_ints(&a, n, "nodes_falsenodeids", zeros, TREES);
	onnx_attr_floats(&a, n, "nodes_values", zero, TREES);
	onnx_attr_texts(&a, n, "nodes_modes", leaf, TREES);
	onnx_attr_ints(&a, n, "target_treeids", tree, TREES);
	onnx_attr_ints(&a, n, "target_nodeids", zeros, TREES);
	onnx_attr_ints(&a, n, "target_ids", zeros, TREES);
	onnx_attr_floats(&a, n, "target_weights", weight, TREES);
	onnx_add_meta(&a, m, META_GOLDEN, golden, strlen(golden));
	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, m);
	e = (struct err)ERR_INIT;
	binding_open(&p, b.data, b.len, NULL, &e);
	binding_free(p);
	buf_free(&b);
	arena_free(&a);
	return e.msg;
}

int
main(void)
{
	const char *got;

	is_text(opened("{\"rows\":[{\"in\":{\"x\":0},\"out\":"
	    "{\"y\":1.0000001}}]}"), "", "leaf values are added in double and "
	    "rounded once");
	is_text(opened("{\"rows\":[{\"in\":{\"x\":0},\"out\":{\"y\":1}}]}"), "",
	    "a golden row of a float sum, as versions before wrote it, passes");
	got = opened("{\"rows\":[{\"in\":{\"x\":0},\"out\":"
	    "{\"y\":1.0000002}}]}");
	ok(strstr(got, "golden row 1: the model says y = 1.0000001") != NULL,
	    "another answer does not: %s", got);
	return tap_done();
}
