/* What an answer hangs on, of models that no learner of ours makes: answers
 * that are not finite, scores that are no probabilities, much work a row. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "judge/importance.h"
#include "../tap.h"
#include "judge/evaluate.h"
#include "model/open.h"
#include "onnx/build.h"

#define ROWS 200

/* p = sqrt(a - b), which only rows with a >= b have, and s = (p, a, b) or,
 * without roots, (a - b, a, b); as `out` says. */
static void
make_model(struct buf *bytes, const char *out, bool root)
{
	static const int64_t in[] = { -1, 1 };
	int64_t to[] = { -1, *out == 's' ? 3 : 1 };
	struct arena a = { 0 };
	struct onnx_model *m = onnx_new(&a, "test");
	struct onnx_node *n;

	onnx_set_opset(&a, m, "", 17);
	onnx_add_input(&a, m, "a", ONNX_FLOAT, 2, in);
	onnx_add_input(&a, m, "b", ONNX_FLOAT, 2, in);
	onnx_add_output(&a, m, out, ONNX_FLOAT, 2, to);
	n = onnx_add_node(&a, m, "", "Sub", "less");
	onnx_node_in(&a, n, "a");
	onnx_node_in(&a, n, "b");
	onnx_node_out(&a, n, "d");
	n = onnx_add_node(&a, m, "", root ? "Sqrt" : "Identity", "root");
	onnx_node_in(&a, n, "d");
	onnx_node_out(&a, n, "p");
	n = onnx_add_node(&a, m, "", "Concat", "all");
	onnx_node_in(&a, n, "p");
	onnx_node_in(&a, n, "a");
	onnx_node_in(&a, n, "b");
	onnx_node_out(&a, n, "s");
	onnx_attr_int(&a, n, "axis", 1);
	onnx_write(bytes, m);
	arena_free(&a);
}

/* a is b and up to one more. */
static void
make_rows(struct table **t)
{
	struct table_read_opts o = { .delimiter = ',' };
	struct err e = ERR_INIT;
	struct buf b;
	struct rng r;

	rng_seed(&r, 1, 0);
	buf_init(&b, BUF_CAP_DOC);
	buf_adds(&b, "a,b,y,k,z\n");
	for (int i = 0; i < ROWS; i++) {
		double more = rng_f64(&r), low = 10 * rng_f64(&r);

		buf_addf(&b, "%.4f,%.4f,%d,%d,%.3f\n", low + more, low,
		    more > 0.5, i % 3, more);
	}
	ok(table_read(t, b.data, b.len, &o, &e) == 0, "rows: %s", e.msg);
	buf_free(&b);
}

static void
judge(struct evaluation *v, const struct table *t, const char *out, bool root,
    const char *target, enum task task)
{
	struct evaluate_opts o = { .target = target, .task = task,
	    .threshold = 0.5, .threads = 1, .importance = true };
	struct binding *p = NULL;
	struct err e = ERR_INIT;
	struct buf b;

	memset(v, 0, sizeof(*v));
	buf_init(&b, BUF_CAP_DOC);
	make_model(&b, out, root);
	ok(binding_open(&p, b.data, b.len, NULL, &e) == 0 &&
	    evaluate_table(v, p, t, &o, &e) == 0, "%s judged by %s: %s", out,
	    target, e.msg);
	binding_free(p);
	buf_free(&b);
}

static void
test_not_finite(void)
{
	struct evaluation v;
	struct table *t = NULL;

	make_rows(&t);
	judge(&v, t, "p", true, "y", TASK_BINARY);
	is_int(v.importance.n, 0, "no importance where shuffled rows have no "
	    "answer: of two classes");
	ok(metrics_find(&v.metrics, "auc") != NULL, "the rows as they are do");
	evaluation_release(&v);
	judge(&v, t, "s", true, "k", TASK_MULTICLASS);
	is_int(v.importance.n, 0, "of three");
	evaluation_release(&v);
	judge(&v, t, "p", true, "z", TASK_REGRESSION);
	is_int(v.importance.n, 0, "of a number");
	evaluation_release(&v);
	table_free(t);
}

static void
test_no_probabilities(void)
{
	struct evaluation v;
	struct arena a = { 0 };
	struct table *t = NULL;

	make_rows(&t);
	judge(&v, t, "s", false, "k", TASK_MULTICLASS);
	ok(v.metrics.no_probability && v.importance.n == 2,
	    "scores that are no probabilities are weighed");
	is_text(v.importance.metric, "accuracy", "but not by their log");
	evaluation_release(&v);
	judge(&v, t, "p", false, "y", TASK_BINARY);
	ok(json_get(evaluation_write(&a, &v), "reliability") != NULL,
	    "probabilities are held against the truth");
	evaluation_release(&v);
	judge(&v, t, "a", false, "y", TASK_BINARY);
	ok(v.metrics.no_probability && json_get(evaluation_write(&a, &v),
	    "reliability") == NULL, "scores beyond 0 to 1 are not");
	evaluation_release(&v);
	arena_free(&a);
	table_free(t);
}

static void
test_rows(void)
{
	is_int(importance_rows(1000000, 4, 10), IMPORTANCE_ROWS / 20,
	    "rows are so many in all");
	is_int(importance_rows(70, 4, 10), 70, "or all there are");
	is_int(importance_rows(49, 4, 10), 0, "too few are none");
	is_int(importance_rows(1000, 4, IMPORTANCE_WORK / 2000 - 1), 100,
	    "much work a row makes them fewer");
	is_int(importance_rows(1000, 4, SIZE_MAX - 1), 0, "or none");
	is_int(importance_rows(1000, 0, 1), 0, "no input, none");
}

int
main(void)
{
	test_not_finite();
	test_no_probabilities();
	test_rows();
	return tap_done();
}
