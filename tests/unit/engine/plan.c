/* Graphs planned: what cannot run is refused at load and by name, and rows do
 * not depend on their neighbours. */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "base/mem.h"
#include "base/rng.h"
#include "engine/model.h"
#include "graph.h"

static void
run_rows(struct model *m, float *out, const float *x, size_t n)
{
	struct model_run *r = model_run_new(m);
	struct tensor in = { ONNX_FLOAT, 2, { (int64_t)n, WIDTH }, n * WIDTH,
	    (void *)(uintptr_t)x }, y;
	struct err e = ERR_INIT;

	if (model_run(r, &in, &y, &e) == 0 && y.n == n * 3)
		memcpy(out, y.data, n * 3 * sizeof(float));
	else
		ok(false, "a graph runs: %s", e.msg);
	model_run_free(r);
}

static void
rows(void)
{
	enum { N = 77 };
	float x[N * WIDTH], all[N * 3], one[3], sum = 0;
	struct model *m = NULL;
	struct err e = ERR_INIT;
	struct buf b;
	size_t bad = 0;
	struct rng r;

	rng_seed(&r, 3, 0);
	for (size_t i = 0; i < N * WIDTH; i++)
		x[i] = (float)(rng_f64(&r) * 8 - 4);
	buf_init(&b, 1 << 20);
	write_graph(&b, "Softmax", 17);
	if (!ok(model_load(&m, b.data, b.len, &e) == 0, "a graph loads: %s", e.msg))
		goto out;
	run_rows(m, all, x, N);
	for (size_t i = 0; i < N; i++) {
		run_rows(m, one, x + i * WIDTH, 1);
		bad += memcmp(one, all + i * 3, sizeof(one)) != 0;
	}
	is_int(bad, 0, "a row's answer does not depend on its neighbours");
	for (size_t k = 0; k < 3; k++)
		sum += all[k];
	is_near((double)sum, 1, 1e-6, "the chances of a row add up to one");
out:
	model_free(m);
	buf_free(&b);
}

static void
refused_graph(const char *last, int64_t opset, const char *says)
{
	struct model *m = NULL;
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, 1 << 20);
	write_graph(&b, last, opset);
	ok(model_load(&m, b.data, b.len, &e) < 0 && m == NULL, "a graph with %s is refused",
	    last);
	is_text(e.msg, says, "%s is refused by its name", last);
	buf_free(&b);
}

/* No file that was cut or has a byte changed may do more than be refused. */
static void
damaged(void)
{
	struct buf b;
	size_t loaded = 0, cut = 0;

	buf_init(&b, 1 << 20);
	write_graph(&b, "Softmax", 17);
	for (size_t i = 0; i < b.len; i++) {
		struct model *m = NULL;
		struct err e = ERR_INIT;
		char *copy = xalloc(b.len, 1);

		memcpy(copy, b.data, b.len);
		cut += model_load(&m, copy, i, &e) < 0;
		model_free(m);
		m = NULL;
		copy[i] = (char)(copy[i] ^ 0x5a);
		loaded += model_load(&m, copy, b.len, &e) == 0;
		model_free(m);
		free(copy);
	}
	ok(cut > b.len / 2 && loaded < b.len, "%zu of %zu cut files are refused, "
	    "%zu with a changed byte still load", cut, b.len, loaded);
	buf_free(&b);
}

int
main(void)
{
	rows();
	refused_graph("Foo", 17, "unsupported operator Foo (opset 17) in node "
	    "'last'");
	refused_graph("Loop", 17, "unsupported operator Loop (opset 17) in "
	    "node 'last'");
	refused_graph("Softmax", 28, "opset 28 of ai.onnx is newer than 27, the "
	    "newest one known, in node 'layer'");
	damaged();
	return tap_done();
}
