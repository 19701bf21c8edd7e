/* Small files that ask for a lot: refused before it is done, while a model
 * that takes as much as its size lets it still loads. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "codec/pb.h"
#include "engine/model.h"
#include "graph.h"
#include "../tap.h"

#define HUGE_DIM ((int64_t)1 << 62)

static struct arena arena;
static struct onnx_model *graph;

/* x (N, 1) goes to y as it is; what else is in the graph hangs beside it. */
static void
begin_graph(enum onnx_elem elem, int64_t width)
{
	int64_t dim[2] = { -1, width };
	struct onnx_node *n;

	graph = onnx_new(&arena, "g");
	onnx_set_opset(&arena, graph, "", 17);
	onnx_set_opset(&arena, graph, "ai.onnx.ml", 3);
	onnx_add_input(&arena, graph, "x", elem, 2, dim);
	onnx_add_output(&arena, graph, "y", elem, 2, dim);
	n = onnx_add_node(&arena, graph, "", "Identity", "pass");
	onnx_node_in(&arena, n, "x");
	onnx_node_out(&arena, n, "y");
}

static struct onnx_node *
node(const char *op, const char *a, const char *b, const char *out)
{
	return graph_node(&arena, graph, op, a, b, out);
}

static void
ints(const char *name, int n, const int64_t *v)
{
	int64_t dim = n;

	onnx_add_initializer(&arena, graph, name, ONNX_INT64, 1, &dim, v);
}

/* What the load says: "" when it is done. */
static const char *
loaded(void)
{
	static struct err e;
	struct model *m = NULL;
	struct buf b;

	e = (struct err)ERR_INIT;
	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, graph);
	if (model_load(&m, b.data, b.len, &e) == 0)
		e.msg[0] = '\0';
	model_free(m);
	buf_free(&b);
	arena_free(&arena);
	return e.msg;
}

static void
refused(const char *says, const char *what)
{
	const char *got = loaded();

	ok(strstr(got, says) != NULL, "%s: %s", what, got);
}

/* --- shapes --------------------------------------------------------------- */

static void
empty_shape(const char *what, int n, const int64_t *shape)
{
	begin_graph(ONNX_FLOAT, 1);
	ints("s", n, shape);
	node("ConstantOfShape", "s", NULL, "z");
	refused("too large a tensor", what);
}

static void
shapes(void)
{
	static const int64_t one_huge[] = { 0, HUGE_DIM };
	static const int64_t product[] = { 0, 1 << 20, 1 << 20 };
	static const int64_t wide[] = { 1 << 14, 1 << 14 };
	static const int64_t grown[] = { 0, 1 << 25 };
	struct onnx_node *n;

	empty_shape("a dimension of 2^62 beside one of 0", 2, one_huge);
	empty_shape("dimensions whose product hides behind a 0", 3, product);
	empty_shape("a product beyond the cap", 2, wide);
	begin_graph(ONNX_FLOAT, 1);
	ints("s", 2, grown);
	node("ConstantOfShape", "s", NULL, "z");
	n = node("Concat", "z", "z", "zz");
	onnx_node_in(&arena, n, "z");
	onnx_attr_int(&arena, n, "axis", 1);
	refused("too", "a tensor of no elements that grows");
}

/* --- memory and work ------------------------------------------------------ */

/* `n` nodes of an operator over z, a constant of `size` elements. */
static void
many(const char *op, size_t n, int64_t size)
{
	int64_t zero = 0;
	char name[16];

	begin_graph(ONNX_FLOAT, 1);
	ints("s", 1, &size);
	onnx_add_initializer(&arena, graph, "axis", ONNX_INT64, 0, NULL, &zero);
	node("ConstantOfShape", "s", NULL, "z");
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "o%zu", i);
		node(op, "z", strcmp(op, "CumSum") == 0 ? "axis" :
		    strcmp(op, "Add") == 0 ? "z" : NULL, name);
	}
}

static void
folding(void)
{
	int64_t square[2] = { 3000, 3000 }, times = 1 << 26;
	float one = 1;
	int64_t unit = 1;

	many("Add", 1000, 1000000);
	refused("too much", "a thousand sums of a million constants");
	many("CumSum", 1000, 1000000);
	refused("too much", "as many running sums");
	many("Identity", 10, 1000000);
	is_text(loaded(), "", "constants passed on are no copies");
	begin_graph(ONNX_FLOAT, 1);
	ints("s", 2, square);
	node("ConstantOfShape", "s", NULL, "z");
	node("MatMul", "z", "z", "zz");
	refused("too much", "a product of matrices the file does not hold");
	begin_graph(ONNX_FLOAT, 1);
	ints("t", 1, &times);
	onnx_add_initializer(&arena, graph, "one", ONNX_FLOAT, 1, &unit, &one);
	node("Tile", "one", "t", "z");
	refused("too much work", "one number repeated 2^26 times");
	begin_graph(ONNX_TEXT, (int64_t)1 << 26);
	refused("input 'x' takes too many values", "a row of 2^26 texts");
}

/* A text of a megabyte, repeated a million times. */
static void
texts(void)
{
	int64_t unit = 1, times = 1000000;
	size_t n = 1000000;
	struct text t = { memset(xalloc(n + 1, 1), 'a', n), n };

	begin_graph(ONNX_FLOAT, 1);
	ints("t", 1, &times);
	onnx_attr_tensor(&arena, onnx_add_node(&arena, graph, "", "Constant",
	    "c"), "value", ONNX_TEXT, 1, &unit, &t);
	onnx_node_out(&arena, &graph->node[1], "long");
	node("Tile", "long", "t", "z");
	refused("too much", "a long text a million times");
	free((char *)(uintptr_t)t.s);
}

/* --- graphs inside nodes -------------------------------------------------- */

/* The bytes of the graph, from its file. */
static struct text
graph_bytes(const struct buf *file)
{
	struct pb from = pb_over(file->data, file->len);
	struct pb_field f;

	while (pb_next(&from, &f))
		if (f.number == 7)
			return (struct text){ arena_strndup(&arena,
			    (const char *)f.s, f.n), f.n };
	return (struct text){ "", 0 };
}

/* A Scan over `steps` slices whose graph makes `each` numbers a step, of a
 * constant or of the slice. */
static void
scan(int64_t steps, int64_t each, bool of_slice)
{
	int64_t shape[2] = { steps, 1 }, slice = 1;
	struct onnx_model *inner;
	struct onnx_node *n;
	struct onnx_attr *a;
	struct buf b;

	inner = graph = onnx_new(&arena, "b");
	onnx_add_input(&arena, inner, "a", ONNX_FLOAT, 1, &slice);
	onnx_add_output(&arena, inner, "b", ONNX_FLOAT, 1, &slice);
	ints("s", 1, &each);
	if (of_slice)
		node("Expand", "a", "s", "e");
	else
		node("ConstantOfShape", "s", NULL, "e");
	node("Identity", "a", NULL, "b");
	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, inner);
	begin_graph(ONNX_FLOAT, 1);
	ints("s", 2, shape);
	node("ConstantOfShape", "s", NULL, "z");
	node("Add", "x", "z", "xz");
	n = node("Scan", "xz", NULL, "o");
	onnx_attr_int(&arena, n, "num_scan_inputs", 1);
	onnx_attr_int(&arena, n, "body", 0);
	a = &n->attr[1];
	a->type = ONNX_ATTR_GRAPH;
	a->s = graph_bytes(&b);
	buf_free(&b);
}

static void
inner_graphs(void)
{
	scan(100, 100, true);
	is_text(loaded(), "", "a graph that runs a hundred times loads");
	scan(1 << 14, 1 << 16, true);
	refused("too much work", "2^14 runs of 2^16 numbers");
	scan(1 << 20, 1, true);
	refused("too much work", "2^20 runs of hardly anything");
	scan(1, 1 << 26, false);
	refused("too much", "2^26 constants in the graph inside");
}

/* --- many small parts ----------------------------------------------------- */

static void
parts(void)
{
	enum { N = 20000 };
	char name[16], domain[16];
	int64_t unit = 1;
	float one = 1;

	begin_graph(ONNX_FLOAT, 1);
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "i%d", i);
		onnx_add_initializer(&arena, graph, name, ONNX_FLOAT, 1, &unit,
		    &one);
		onnx_add_input(&arena, graph, name, ONNX_FLOAT, 1, &unit);
	}
	is_text(loaded(), "", "inputs with as many defaults are told apart");
	begin_graph(ONNX_FLOAT, 1);
	for (int i = 0; i < 1000; i++) {
		snprintf(domain, sizeof(domain), "d%d", i);
		onnx_set_opset(&arena, graph, domain, 1);
	}
	refused("opsets", "a thousand opsets");
}

/* A list of empty nodes, two bytes each. */
static void
empty_nodes(void)
{
	enum { N = 1 << 21 };
	struct buf g, file;
	struct model *m = NULL;
	struct err e = ERR_INIT;

	buf_init(&g, BUF_CAP_DOC);
	buf_init(&file, BUF_CAP_DOC);
	for (int i = 0; i < N; i++)
		buf_add(&g, "\x0a\x00", 2);
	pb_put_bytes(&file, 7, g.data, g.len);
	ok(model_load(&m, file.data, file.len, &e) < 0 &&
	    strstr(e.msg, "more parts"), "2^21 empty nodes: %s", e.msg);
	model_free(m);
	buf_free(&g);
	buf_free(&file);
}

int
main(void)
{
	shapes();
	folding();
	texts();
	inner_graphs();
	parts();
	empty_nodes();
	return tap_done();
}
