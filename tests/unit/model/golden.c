/* Golden rows: what was written with a model is replayed when it is opened. */
#include "model/golden.h"

#include <string.h>

#include "../engine/graph.h"
#include "../tap.h"
#include "model/open.h"
#include "onnx/build.h"
#include "read/json_rows.h"

/* The graph with a text of golden rows, or without. */
static int
open_with(struct binding **out, const struct buf *golden, struct err *e)
{
	struct arena a = { 0 };
	struct onnx_model *m = NULL;
	struct buf file, with;
	int r = -1;

	*out = NULL;
	buf_init(&file, 1 << 20);
	buf_init(&with, 1 << 20);
	write_graph(&file, "Softmax", 17);
	if (onnx_read(&m, &a, file.data, file.len, e) == 0) {
		if (golden)
			onnx_add_meta(&a, m, META_GOLDEN, golden->data,
			    golden->len);
		onnx_write(&with, m);
		r = binding_open(out, with.data, with.len, NULL, e);
	}
	buf_free(&file);
	buf_free(&with);
	arena_free(&a);
	return r;
}

static int
write_two_rows(struct buf *out, const struct binding *b, struct err *e)
{
	static const char *const row[] = {
	    "{\"1\":0.5,\"2\":-1,\"3\":2,\"4\":0}",
	    "{\"1\":null,\"2\":1,\"3\":1,\"4\":1}" };
	struct json_rows *rows = NULL;
	const struct table_want *want;
	size_t n;
	int r;

	want = binding_wants(b, &n);
	r = json_rows_new(&rows, want, n, NULL, 0, e);
	for (int i = 0; r == 0 && i < 2; i++)
		r = json_rows_add_text(rows, row[i], strlen(row[i]), e);
	if (r == 0)
		r = golden_write(out, b, json_rows_block(rows), 2, e);
	json_rows_free(rows);
	return r;
}

/* --- forests -------------------------------------------------------------- */

#define TREES 5

/* One leaf a tree: 1 and four times 2^-25, which a float sum of 1 does not
 * feel, while all of them make one step of a float. */
static const char *
forest_says(const char *golden)
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

/* Today leaf values are added in double, by versions before in float. */
static void
forests(void)
{
	const char *got;

	is_text(forest_says("{\"rows\":[{\"in\":{\"x\":0},\"out\":"
	    "{\"y\":1.0000001}}]}"), "", "leaf values are added in double and "
	    "rounded once");
	is_text(forest_says("{\"rows\":[{\"in\":{\"x\":0},\"out\":{\"y\":1}}]}"), "",
	    "a golden row of a float sum, as versions before wrote it, passes");
	got = forest_says("{\"rows\":[{\"in\":{\"x\":0},\"out\":"
	    "{\"y\":1.0000002}}]}");
	ok(strstr(got, "golden row 1: the model says y = 1.0000001") != NULL,
	    "another answer does not: %s", got);
}

int
main(void)
{
	struct binding *b = NULL;
	struct err e = ERR_INIT;
	struct buf golden;
	char *digit;

	buf_init(&golden, BUF_CAP_DOC);
	if (!ok(open_with(&b, NULL, &e) == 0, "a model without golden rows "
	    "opens: %s", e.msg))
		goto done;
	if (!ok(write_two_rows(&golden, b, &e) == 0, "golden rows are "
	    "written: %s", e.msg))
		goto done;
	ok(strstr(golden.data, "\"NaN\"") != NULL, "an answer that is not a "
	    "number is written as a word");
	binding_free(b);
	ok(open_with(&b, &golden, &e) == 0, "the model that wrote golden rows "
	    "replays them: %s", e.msg);
	binding_free(b);
	digit = strstr(golden.data, "\"y.a\":0.");
	if (ok(digit != NULL, "an answer is a number")) {
		digit[8] = digit[8] == '9' ? '8' : (char)(digit[8] + 1);
		ok(open_with(&b, &golden, &e) < 0 && e.code == ERR_CORRUPT,
		    "another answer than the golden one: %s", e.msg);
	}
	forests();
done:
	binding_free(b);
	buf_free(&golden);
	return tap_done();
}
