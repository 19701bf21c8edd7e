/* What a loaded model says of itself: its forests, with nodes and covers. */
#include "engine/model.h"

#include <math.h>
#include <string.h>

#include "../tap.h"
#include "base/arena.h"
#include "base/buf.h"
#include "engine/forest.h"
#include "onnx/build.h"

/*
 * One tree over x[0] and x[1]:
 *
 *	0: x[1] <= 2.5, 10 rows
 *	1: leaf 0.5, 4 rows		2: x[0] <= -1, 6 rows, NaN to the left
 *	3: leaf 1.5, 1 row		4: leaf -2, 5 rows
 */
enum covers { COVERS_NONE, COVERS_FLOAT, COVERS_DOUBLE };

static void
add_tree(struct arena *a, struct onnx_model *m, enum covers covers)
{
	static const double double_hits[5] = { 10, 4, 6, 1, 5 };
	static const int64_t five = 5;
	static const int64_t tree[5], id[5] = { 0, 1, 2, 3, 4 };
	static const int64_t feature[5] = { 1, 0, 0, 0, 0 };
	static const int64_t yes[5] = { 1, 0, 3, 0, 0 };
	static const int64_t no[5] = { 2, 0, 4, 0, 0 };
	static const int64_t missing[5] = { 0, 0, 1, 0, 0 };
	static const float value[5] = { 2.5f, 0, -1, 0, 0 };
	static const float hits[5] = { 10, 4, 6, 1, 5 };
	static const struct text mode[5] = { { "BRANCH_LEQ", 10 },
	    { "LEAF", 4 }, { "BRANCH_LEQ", 10 }, { "LEAF", 4 }, { "LEAF", 4 } };
	static const int64_t leaf_id[3] = { 1, 3, 4 }, target[3];
	static const float weight[3] = { 0.5f, 1.5f, -2 };
	struct onnx_node *n = onnx_add_node(a, m, "ai.onnx.ml",
	    "TreeEnsembleRegressor", "trees");

	onnx_node_in(a, n, "x");
	onnx_node_out(a, n, "y");
	onnx_attr_ints(a, n, "nodes_treeids", tree, 5);
	onnx_attr_ints(a, n, "nodes_nodeids", id, 5);
	onnx_attr_ints(a, n, "nodes_featureids", feature, 5);
	onnx_attr_ints(a, n, "nodes_truenodeids", yes, 5);
	onnx_attr_ints(a, n, "nodes_falsenodeids", no, 5);
	onnx_attr_ints(a, n, "nodes_missing_value_tracks_true", missing, 5);
	onnx_attr_floats(a, n, "nodes_values", value, 5);
	onnx_attr_texts(a, n, "nodes_modes", mode, 5);
	if (covers == COVERS_FLOAT)
		onnx_attr_floats(a, n, "nodes_hitrates", hits, 5);
	if (covers == COVERS_DOUBLE)
		onnx_attr_tensor(a, n, "nodes_hitrates_as_tensor", ONNX_DOUBLE,
		    1, &five, double_hits);
	onnx_attr_ints(a, n, "target_treeids", tree, 3);
	onnx_attr_ints(a, n, "target_nodeids", leaf_id, 3);
	onnx_attr_ints(a, n, "target_ids", target, 3);
	onnx_attr_floats(a, n, "target_weights", weight, 3);
	onnx_attr_int(a, n, "n_targets", 1);
}

static struct model *
load_tree(enum covers covers)
{
	static const int64_t in[2] = { -1, 2 }, out[2] = { -1, 1 };
	struct arena a = { NULL, 0 };
	struct onnx_model *m = onnx_new(&a, "g");
	struct model *loaded = NULL;
	struct err e = ERR_INIT;
	struct buf b;

	onnx_set_opset(&a, m, "", 17);
	onnx_set_opset(&a, m, "ai.onnx.ml", 3);
	onnx_add_input(&a, m, "x", ONNX_FLOAT, 2, in);
	onnx_add_output(&a, m, "y", ONNX_FLOAT, 2, out);
	add_tree(&a, m, covers);
	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, m);
	ok(model_load(&loaded, b.data, b.len, &e) == 0,
	    "a model of one tree loads: %s", e.msg);
	buf_free(&b);
	arena_free(&a);
	return loaded;
}

static void
forest_is_kept(void)
{
	struct model *m = load_tree(COVERS_FLOAT);
	const struct tree_source *t;

	if (m == NULL)
		return;
	is_int(model_forests(m), 1, "a model of one ensemble has one forest");
	t = forest_source(model_forest(m, 0));
	ok(t->n_trees == 1 && t->n_leaves == 3 && t->n_targets == 1 &&
	    t->n_features == 2, "its trees, leaves, targets and features");
	ok(!t->root[0].leaf && t->node[t->root[0].at].feature == 1 &&
	    t->node[t->root[0].at].value == 2.5f, "the root and its threshold");
	ok(t->node[2].missing_true && t->node[2].yes.leaf &&
	    t->node[2].no.leaf, "where a missing value goes, and the leaves");
	ok(t->leaf[t->node[2].no.at].n == 1 &&
	    t->leaf[t->node[2].no.at].weight[0].value == -2,
	    "a leaf's weight");
	ok(t->node_cover && t->node_cover[t->root[0].at] == 10 &&
	    t->node_cover[2] == 6, "rows that came by each node");
	ok(t->leaf_cover && t->leaf_cover[t->node[0].yes.at] == 4 &&
	    t->leaf_cover[t->node[2].yes.at] == 1 &&
	    t->leaf_cover[t->node[2].no.at] == 5, "and by each leaf");
	is_int(forest_sum(model_forest(m, 0)), TREE_SUM, "how they are joined");
	model_free(m);
}

/* Integer classes 8, 9, 10; their scores pass a Normalizer and a Cast. */
static void
class_names_travel(void)
{
	static const int64_t label[3] = { 8, 9, 10 }, in[2] = { -1, 1 };
	static const int64_t out[2] = { -1, 3 }, labels[1] = { -1 };
	static const float weight[3] = { 1, 2, 3 }, bias[3];
	struct arena a = { NULL, 0 };
	struct onnx_model *g = onnx_new(&a, "g");
	struct onnx_node *n;
	const struct model_port *p;
	struct model *m = NULL;
	struct err e = ERR_INIT;
	struct buf b;

	onnx_set_opset(&a, g, "", 17);
	onnx_set_opset(&a, g, "ai.onnx.ml", 3);
	onnx_add_input(&a, g, "x", ONNX_FLOAT, 2, in);
	onnx_add_output(&a, g, "label", ONNX_INT64, 1, labels);
	onnx_add_output(&a, g, "scores", ONNX_DOUBLE, 2, out);
	n = onnx_add_node(&a, g, "ai.onnx.ml", "LinearClassifier", "c");
	onnx_node_in(&a, n, "x");
	onnx_node_out(&a, n, "label");
	onnx_node_out(&a, n, "raw");
	onnx_attr_ints(&a, n, "classlabels_ints", label, 3);
	onnx_attr_floats(&a, n, "coefficients", weight, 3);
	onnx_attr_floats(&a, n, "intercepts", bias, 3);
	onnx_attr_text(&a, n, "post_transform", "SOFTMAX");
	n = onnx_add_node(&a, g, "ai.onnx.ml", "Normalizer", "n");
	onnx_node_in(&a, n, "raw");
	onnx_node_out(&a, n, "share");
	onnx_attr_text(&a, n, "norm", "L1");
	n = onnx_add_node(&a, g, "", "Cast", "d");
	onnx_node_in(&a, n, "share");
	onnx_node_out(&a, n, "scores");
	onnx_attr_int(&a, n, "to", ONNX_DOUBLE);
	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, g);
	if (ok(model_load(&m, b.data, b.len, &e) == 0,
	    "a classifier of integers loads: %s", e.msg)) {
		p = model_output(m, 1);
		ok(p->n_names == 3 && strcmp(p->names[0], "8") == 0 &&
		    strcmp(p->names[2], "10") == 0, "class names reach the "
		    "output through nodes that keep its entries");
		model_free(m);
	}
	buf_free(&b);
	arena_free(&a);
}

static void
covers_may_be_absent(enum covers covers, const char *what)
{
	struct model *m = load_tree(covers);
	const struct tree_source *t;

	if (m == NULL)
		return;
	t = forest_source(model_forest(m, 0));
	ok(t->node_cover == NULL && t->leaf_cover == NULL,
	    "a file with %s has no covers", what);
	model_free(m);
}

/* The tree over columns a and b side by side; with `shown` these are an
 * output, too. */
static struct model *
load_columns(bool shown)
{
	static const int64_t in[2] = { -1, -1 }, out[2] = { -1, 1 };
	struct arena a = { NULL, 0 };
	struct onnx_model *m = onnx_new(&a, "g");
	struct model *loaded = NULL;
	struct err e = ERR_INIT;
	struct onnx_node *n;
	struct buf b;

	onnx_set_opset(&a, m, "", 17);
	onnx_set_opset(&a, m, "ai.onnx.ml", 3);
	onnx_add_input(&a, m, "a", ONNX_FLOAT, 2, in);
	onnx_add_input(&a, m, "b", ONNX_FLOAT, 2, in);
	onnx_add_output(&a, m, "y", ONNX_FLOAT, 2, out);
	if (shown)
		onnx_add_output(&a, m, "x", ONNX_FLOAT, 2, in);
	n = onnx_add_node(&a, m, "", "Concat", "x");
	onnx_node_in(&a, n, "a");
	onnx_node_in(&a, n, "b");
	onnx_node_out(&a, n, "x");
	onnx_attr_int(&a, n, "axis", 1);
	add_tree(&a, m, COVERS_NONE);
	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, m);
	ok(model_load(&loaded, b.data, b.len, &e) == 0,
	    "a model of columns loads: %s", e.msg);
	buf_free(&b);
	arena_free(&a);
	return loaded;
}

/* Answers to rows of which a has `width` columns; false where refused. */
static bool
ask_columns(float y[3], const struct model *m, int64_t width, int64_t b_rows)
{
	static float a[6] = { -2, NAN, 7, 7, NAN, 1 }, b[3] = { 2, 3, 3 };
	struct tensor in[2] = { { ONNX_FLOAT, 2, { 3, width },
	    (size_t)(3 * width), a }, { ONNX_FLOAT, 2, { b_rows, 1 },
	    (size_t)b_rows, b } }, out[2];
	struct model_run *r = model_run_new(m);
	struct err e = ERR_INIT;
	bool fine = model_run(r, in, out, &e) == 0;

	for (size_t i = 0; fine && i < 3; i++)
		y[i] = ((const float *)out[0].data)[i];
	model_run_free(r);
	return fine;
}

static void
columns_stay_columns(void)
{
	struct model *m = load_columns(false), *shown = load_columns(true);
	float y[3], z[3];

	if (m == NULL || shown == NULL)
		return;
	ok(ask_columns(y, m, 1, 3) && y[0] == 0.5f && y[1] == 1.5f &&
	    y[2] == -2, "columns are answered without a matrix");
	ok(ask_columns(z, shown, 1, 3) && memcmp(y, z, sizeof(y)) == 0,
	    "as those are that somebody else reads, too");
	ok(ask_columns(y, m, 2, 3) && ask_columns(z, shown, 2, 3) &&
	    memcmp(y, z, sizeof(y)) == 0, "parts may be wider than a column");
	ok(!ask_columns(y, m, 1, 2) && !ask_columns(z, shown, 1, 2),
	    "and columns of different lengths are refused");
	model_free(m);
	model_free(shown);
}

int
main(void)
{
	forest_is_kept();
	columns_stay_columns();
	covers_may_be_absent(COVERS_NONE, "no hit rates");
	covers_may_be_absent(COVERS_DOUBLE, "hit rates of another type");
	class_names_travel();
	return tap_done();
}
