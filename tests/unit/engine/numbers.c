/* What an operator or an opset means is not guessed: Mod of floats, opsets to
 * come; and numbers as text, as onnxruntime writes them. */
#include <math.h>
#include <string.h>

#include "engine/model.h"
#include "../tap.h"

static struct arena arena;
static struct onnx_model *graph;

/* a and b (N, 1) through one node to y. */
static struct onnx_node *
one_node(const char *op, enum onnx_elem in, enum onnx_elem out, int64_t opset,
    int64_t ml)
{
	static const int64_t dim[2] = { -1, 1 };
	struct onnx_node *n;

	graph = onnx_new(&arena, "g");
	onnx_set_opset(&arena, graph, "", opset);
	onnx_set_opset(&arena, graph, "ai.onnx.ml", ml);
	onnx_add_input(&arena, graph, "a", in, 2, dim);
	onnx_add_input(&arena, graph, "b", in, 2, dim);
	onnx_add_output(&arena, graph, "y", out, 2, dim);
	n = onnx_add_node(&arena, graph, "", op, "");
	onnx_node_in(&arena, n, "a");
	onnx_node_out(&arena, n, "y");
	return n;
}

/* NULL with *e said when it does not load. */
static struct model *
load(struct err *e)
{
	struct model *m = NULL;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, graph);
	if (model_load(&m, b.data, b.len, e) < 0)
		m = NULL;
	buf_free(&b);
	arena_free(&arena);
	return m;
}

static void
loads(const char *says, const char *what)
{
	struct err e = ERR_INIT;
	struct model *m = load(&e);

	if (says == NULL)
		ok(m != NULL, "%s loads: %s", what, e.msg);
	else
		is_text(e.msg, says, "%s", what);
	model_free(m);
}

static void
modulo(enum onnx_elem elem, int64_t c_like, const char *says,
    const char *what)
{
	struct onnx_node *n = one_node("Mod", elem, elem, 17, 3);

	onnx_node_in(&arena, n, "b");
	onnx_attr_int(&arena, n, "fmod", c_like);
	loads(says, what);
}

static void
opsets(void)
{
	one_node("Abs", ONNX_FLOAT, ONNX_FLOAT, 27, 5);
	loads(NULL, "the newest opsets known");
	one_node("Abs", ONNX_FLOAT, ONNX_FLOAT, 28, 5);
	loads("opset 28 of ai.onnx is newer than 27, the newest one known",
	    "an opset to come is refused by its name");
	one_node("Abs", ONNX_FLOAT, ONNX_FLOAT, 17, 6);
	loads("opset 6 of ai.onnx.ml is newer than 5, the newest one known",
	    "and one of ai.onnx.ml");
}

static void
texts_of_doubles(void)
{
	static const double v[] = { 0.1, 1.0 / 3, 123456789, 1e22, -0.0, NAN,
	    INFINITY, -INFINITY };
	static const char *const want[] = { "0.1", "0.33333333",
	    "1.2345679e+08", "1e+22", "-0", "NaN", "INF", "-INF" };
	enum { N = sizeof(v) / sizeof(*v) };
	struct tensor in[2] = { { ONNX_DOUBLE, 2, { N, 1 }, N,
	    (void *)(uintptr_t)v } }, y;
	struct model_run *r;
	struct err e = ERR_INIT;
	struct model *m;

	in[1] = in[0];
	onnx_attr_int(&arena, one_node("Cast", ONNX_DOUBLE, ONNX_TEXT, 17, 3),
	    "to", ONNX_TEXT);
	m = load(&e);
	if (!ok(m != NULL, "a cast of doubles to texts loads: %s", e.msg))
		return;
	r = model_run_new(m);
	if (ok(model_run(r, in, &y, &e) == 0, "and runs: %s", e.msg))
		for (size_t i = 0; i < N; i++)
			is_text(((const struct text *)y.data)[i].s, want[i],
			    "a double as onnxruntime writes it");
	model_run_free(r);
	model_free(m);
}

int
main(void)
{
	modulo(ONNX_FLOAT, 0, "Mod of float needs fmod = 1 in node 'y'",
	    "Mod of floats without fmod is refused, an unnamed node by what "
	    "it makes");
	modulo(ONNX_DOUBLE, 0, "Mod of double needs fmod = 1 in node 'y'",
	    "and of doubles");
	modulo(ONNX_FLOAT, 1, NULL, "with fmod Mod of floats");
	modulo(ONNX_INT64, 0, NULL, "Mod of whole numbers");
	opsets();
	texts_of_doubles();
	return tap_done();
}
