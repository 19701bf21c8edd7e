/* Scores without names beside labels: the labels tell which score is whose,
 * whatever the order of the names, and though a class never comes. */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "judge/evaluate.h"
#include "model/meta.h"
#include "model/open.h"
#include "onnx/build.h"

#define ROWS 60
#define CLASSES 3

static const int64_t label[CLASSES] = { 30, 9, 100 };

static struct onnx_node *
node(struct arena *a, struct onnx_model *m, const char *op, const char *x,
    const char *y, const char *out)
{
	struct onnx_node *n = onnx_add_node(a, m, "", op, out);

	onnx_node_in(a, n, x);
	if (y)
		onnx_node_in(a, n, y);
	onnx_node_out(a, n, out);
	return n;
}

/* p = softmax(x, 2x - 1, 1 - x), turned twice so that nothing names them;
 * label = 30, 9 or 100 by the largest. */
static void
make_model(struct buf *bytes)
{
	static const int64_t in[] = { -1, 1 }, to[] = { -1, CLASSES };
	static const int64_t w_dim[] = { 1, CLASSES }, b_dim = CLASSES;
	static const float w[] = { 1, 2, -1 }, bias[] = { 0, -1, 1 };
	struct arena a = { 0 };
	struct onnx_model *m = onnx_new(&a, "test");
	struct onnx_node *n;

	onnx_set_opset(&a, m, "", 17);
	onnx_add_input(&a, m, "x", ONNX_FLOAT, 2, in);
	onnx_add_output(&a, m, "label", ONNX_INT64, 1, in);
	onnx_add_output(&a, m, "p", ONNX_FLOAT, 2, to);
	onnx_add_initializer(&a, m, "w", ONNX_FLOAT, 2, w_dim, w);
	onnx_add_initializer(&a, m, "b", ONNX_FLOAT, 1, &b_dim, bias);
	onnx_add_initializer(&a, m, "names", ONNX_INT64, 1, &b_dim, label);
	node(&a, m, "MatMul", "x", "w", "xw");
	node(&a, m, "Add", "xw", "b", "s");
	n = node(&a, m, "ArgMax", "s", NULL, "best");
	onnx_attr_int(&a, n, "axis", 1);
	onnx_attr_int(&a, n, "keepdims", 0);
	node(&a, m, "Gather", "names", "best", "label");
	node(&a, m, "Softmax", "s", NULL, "share");
	node(&a, m, "Transpose", "share", NULL, "turned");
	node(&a, m, "Transpose", "turned", NULL, "p");
	onnx_write(bytes, m);
	arena_free(&a);
}

/* x from -3 to 3; y is what the model says, without rows of class `but`. */
static int
make_rows(struct table **out, size_t but, struct err *e)
{
	struct table_read_opts o = { .delimiter = ',' };
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	buf_adds(&b, "x,y\n");
	for (int i = 0; i < ROWS; i++) {
		double x = i * 0.1 - 2.95;
		double s[CLASSES] = { x, 2 * x - 1, 1 - x };
		size_t best = 0;

		for (size_t k = 1; k < CLASSES; k++)
			best = s[k] > s[best] ? k : best;
		if (best != but)
			buf_addf(&b, "%.2f,%d\n", x, (int)label[best]);
	}
	r = table_read(out, b.data, b.len, &o, e);
	buf_free(&b);
	return r;
}

static void
judged(size_t but, const char *third, const char *what)
{
	struct evaluate_opts o = { .target = "y", .task = TASK_AUTO,
	    .threshold = 0.5, .threads = 1 };
	struct binding *p = NULL;
	struct err e = ERR_INIT;
	struct evaluation v;
	struct table *t = NULL;
	struct buf b;

	memset(&v, 0, sizeof(v));
	buf_init(&b, BUF_CAP_DOC);
	make_model(&b);
	if (ok(make_rows(&t, but, &e) == 0 && binding_open(&p, b.data, b.len, NULL, &e) == 0 &&
	    evaluate_table(&v, p, t, &o, &e) == 0, "%s is judged: %s", what,
	    e.msg)) {
		is_int(v.n_classes, CLASSES, "%s: all classes", what);
		is_text(v.classes[0], but == 0 ? third : "30", "%s: the first "
		    "score is the label's", what);
		is_text(v.classes[2], but == 2 ? third : "100", "%s: and so the "
		    "last", what);
	}
	evaluation_release(&v);
	binding_free(p);
	table_free(t);
	buf_free(&b);
}

/* With its classes named, and labels that follow them or not. */
static void
told(const char *classes, const char *want, const char *what)
{
	struct evaluate_opts o = { .target = "y", .task = TASK_AUTO,
	    .threshold = 0.5, .threads = 1 };
	struct binding *p = NULL;
	struct err e = ERR_INIT;
	struct evaluation v;
	struct table *t = NULL;
	struct buf b;

	memset(&v, 0, sizeof(v));
	buf_init(&b, BUF_CAP_DOC);
	make_model(&b);
	onnx_append_meta(&b, META_CLASSES, classes, strlen(classes));
	if (ok(make_rows(&t, CLASSES, &e) == 0 && binding_open(&p, b.data,
	    b.len, NULL, &e) == 0 && evaluate_table(&v, p, t, &o, &e) == 0,
	    "%s are judged: %s", what, e.msg)) {
		const char *gap[EVALUATION_GAPS];
		size_t n = evaluation_gaps(gap, &v);

		is_text(n ? gap[0] : "", want, "%s: what is told", what);
	}
	evaluation_release(&v);
	binding_free(p);
	table_free(t);
	buf_free(&b);
}

int
main(void)
{
	told("[\"30\",\"9\",\"100\"]", "", "labels of the largest scores");
	told("[\"9\",\"30\",\"100\"]", "in 25 of 60 rows the model's label is "
	    "another class than the one of its largest score, by which it is "
	    "judged", "labels of others");

	judged(CLASSES, "", "a model that names no class");
	judged(2, "class 2", "one whose third class never comes");
	return tap_done();
}
