/* TopK: the first of many, in order. */
#include <math.h>
#include <string.h>

#include "../../tap.h"
#include "base/buf.h"
#include "base/rng.h"
#include "engine/model.h"
#include "onnx/build.h"

/* Small whole numbers and halves, so that equality happens; and the rest. */
static float
some_value(struct rng *r)
{
	switch (rng_below(r, 12)) {
	case 0: return NAN;
	case 1: return INFINITY;
	case 2: return -INFINITY;
	case 3: return -0.0f;
	default: return (float)rng_below(r, 9) / 2 - 2;
	}
}

#define MANY 100

static void
first_of(int64_t *places, const float *x, int64_t k, int64_t largest)
{
	static const int64_t in[] = { -1, MANY };
	int64_t to[] = { -1, k }, one = 1;
	struct arena a = { 0 };
	struct onnx_model *graph = onnx_new(&a, "first");
	struct onnx_node *n;
	struct model *m = NULL;
	struct model_run *r;
	struct tensor row = { ONNX_FLOAT, 2, { 1, MANY }, MANY,
	    (void *)(uintptr_t)x }, got[2];
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, 1 << 20);
	onnx_set_opset(&a, graph, "", 17);
	onnx_add_input(&a, graph, "x", ONNX_FLOAT, 2, in);
	onnx_add_output(&a, graph, "v", ONNX_FLOAT, 2, to);
	onnx_add_output(&a, graph, "p", ONNX_INT64, 2, to);
	onnx_add_initializer(&a, graph, "k", ONNX_INT64, 1, &one, &k);
	n = onnx_add_node(&a, graph, "", "TopK", "first");
	onnx_node_in(&a, n, "x");
	onnx_node_in(&a, n, "k");
	onnx_node_out(&a, n, "v");
	onnx_node_out(&a, n, "p");
	onnx_attr_int(&a, n, "largest", largest);
	onnx_write(&b, graph);
	if (ok(model_load(&m, b.data, b.len, &e) == 0, "TopK loads: %s",
	    e.msg)) {
		r = model_run_new(m);
		if (ok(model_run(r, &row, got, &e) == 0, "TopK runs: %s", e.msg))
			memcpy(places, got[1].data, (size_t)k *
			    sizeof(*places));
		model_run_free(r);
	}
	model_free(m);
	buf_free(&b);
	arena_free(&a);
}

static void
first(void)
{
	int64_t few[7], all[MANY], wrong = 0;
	float x[MANY];
	struct rng r;

	rng_seed(&r, 5, 0);
	for (size_t i = 0; i < MANY; i++)
		x[i] = some_value(&r);
	for (int64_t largest = 0; largest < 2; largest++) {
		memset(few, 0, sizeof(few));
		memset(all, 0, sizeof(all));
		first_of(few, x, 7, largest);
		first_of(all, x, MANY, largest);
		ok(memcmp(few, all, sizeof(few)) == 0, "the first seven are "
		    "the first of all");
		for (size_t i = 1; i < MANY; i++) {
			float a = x[all[i - 1]], b = x[all[i]];

			wrong += isnan(a) ? !isnan(b) : largest ? a < b :
			    a > b;
			wrong += a == b && all[i - 1] > all[i];
		}
		is_int(wrong, 0, "TopK puts equals by place and NaN at the end");
	}
}

int
main(void)
{
	first();
	return tap_done();
}
