/* ONNX graphs: what was written is read again, what cannot run is refused at
 * load and by name, rows do not depend on their neighbours; forests beside a
 * walk that asks one question at a time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "engine/model.h"
#include "engine/forest.h"
#include "model/meta.h"
#include "model/open.h"
#include "model/score.h"
#include "../tap.h"

/* --- forests -------------------------------------------------------------- */

#define FEATURES 5
#define TARGETS 3
#define ROWS 131		/* neither a block of rows nor some lanes */

struct wood {
	struct tree_source_node node[400];
	struct tree_source_leaf leaf[400];
	struct tree_weight weight[800];
	struct tree_ref root[40];
	float set[400][3];
	struct tree_source src;
	size_t n_weights;
	struct tree_ref made[800];	/* whole trees, to be shared */
	size_t n_made;
	bool share;
};

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

static struct tree_ref
plant(struct wood *w, struct rng *r, int depth, bool one_weight)
{
	struct tree_source *s = &w->src;

	if (w->share && w->n_made && rng_below(r, 3) == 0)
		return w->made[rng_below(r, w->n_made)];
	if (depth == 0 || rng_below(r, 4) == 0) {
		struct tree_source_leaf *l = &w->leaf[s->n_leaves];

		l->weight = &w->weight[w->n_weights];
		l->n = one_weight ? 1 : rng_below(r, 3);
		for (size_t k = 0; k < l->n; k++)
			w->weight[w->n_weights++] = (struct tree_weight){
			    (uint32_t)rng_below(r, TARGETS),
			    (float)rng_f64(r) };
		return w->made[w->n_made++] = (struct tree_ref){
		    (uint32_t)s->n_leaves++, true };
	}
	{
		size_t at = s->n_nodes++;
		struct tree_source_node *n = &w->node[at];
		float v = some_value(r);

		n->mode = (enum tree_mode)rng_below(r, TREE_MEMBER + 1);
		n->feature = (uint32_t)rng_below(r, FEATURES);
		n->value = isnan(v) ? 0.25f : v;
		n->missing_true = rng_below(r, 2);
		n->n_set = rng_below(r, 4);
		n->set = w->set[at];
		for (size_t k = 0; k < n->n_set; k++)
			w->set[at][k] = (float)rng_below(r, 9) / 2 - 2;
		n->yes = plant(w, r, depth - 1, one_weight);
		n->no = plant(w, r, depth - 1, one_weight);
		return w->made[w->n_made++] = (struct tree_ref){
		    (uint32_t)at, false };
	}
}

static bool
answer(const struct tree_source_node *n, float x)
{
	if (isnan(x))
		return n->missing_true || n->mode == TREE_NEQ;
	switch (n->mode) {
	case TREE_LEQ: return x <= n->value;
	case TREE_LT: return x < n->value;
	case TREE_GTE: return x >= n->value;
	case TREE_GT: return x > n->value;
	case TREE_EQ: return x == n->value;
	case TREE_NEQ: return x != n->value;
	default:
		for (size_t k = 0; k < n->n_set; k++)
			if (n->set[k] == x)
				return true;
		return false;
	}
}

static void
walk(double out[TARGETS], const struct tree_source *s, enum tree_sum how,
    enum forest_sums sums, const float *x)
{
	bool voted[TARGETS] = { 0 };

	for (size_t k = 0; k < TARGETS; k++)
		out[k] = 0;
	for (size_t t = 0; t < s->n_trees; t++) {
		struct tree_ref at = s->root[t];

		while (!at.leaf)
			at = answer(&s->node[at.at], x[s->node[at.at].feature])
			    ? s->node[at.at].yes : s->node[at.at].no;
		for (size_t k = 0; k < s->leaf[at.at].n; k++) {
			struct tree_weight v = s->leaf[at.at].weight[k];
			double *o = &out[v.target], d = (double)v.value;

			if (how == TREE_MIN)
				*o = voted[v.target] && *o < d ? *o : d;
			else if (how == TREE_MAX)
				*o = voted[v.target] && *o > d ? *o : d;
			else if (sums == FOREST_DOUBLE)
				*o += d;
			else
				*o = (double)((float)*o + v.value);
			voted[v.target] = true;
		}
	}
	for (size_t k = 0; how == TREE_AVERAGE && k < TARGETS; k++)
		out[k] = sums == FOREST_DOUBLE ? out[k] / (double)s->n_trees :
		    (double)((float)out[k] / (float)s->n_trees);
}

static size_t
differences(const struct forest *f, const struct tree_source *s,
    enum tree_sum how, enum forest_sums sums, const float *x, size_t n)
{
	double got[ROWS * TARGETS], want[TARGETS];
	uint8_t voted[ROWS * TARGETS];
	void *scratch = xalloc(forest_scratch(f, n), 1);
	size_t bad = 0;

	forest_run(f, got, voted, x, n, FEATURES, sums, scratch);
	for (size_t i = 0; i < n; i++) {
		walk(want, s, how, sums, x + i * FEATURES);
		bad += memcmp(got + i * TARGETS, want, sizeof(want)) != 0;
	}
	free(scratch);
	return bad;
}

static void
forests(void)
{
	static const enum tree_sum sums[] = { TREE_AVERAGE, TREE_SUM, TREE_MIN,
	    TREE_MAX };
	static struct wood w;
	float x[ROWS * FEATURES];
	size_t bad = 0, alone = 0, before = 0, built = 0;
	struct rng r;

	rng_seed(&r, 7, 0);
	for (int round = 0; round < 200; round++) {
		struct arena a = { 0 };
		struct forest *f = NULL;
		struct err e = ERR_INIT;
		enum tree_sum how = sums[round % 4];

		memset(&w, 0, sizeof(w));
		w.src = (struct tree_source){ w.node, w.leaf, w.root, 0, 0,
		    1 + rng_below(&r, 10), FEATURES, TARGETS };
		w.share = round % 3 == 0;
		for (size_t t = 0; t < w.src.n_trees; t++)
			w.root[t] = plant(&w, &r, (int)rng_below(&r, 6),
			    round % 8 >= 4);
		for (size_t i = 0; i < ROWS * FEATURES; i++)
			x[i] = some_value(&r);
		if (forest_new(&f, &a, &w.src, how, &e) == 0) {
			built++;
			bad += differences(f, &w.src, how, FOREST_DOUBLE, x,
			    ROWS);
			alone += differences(f, &w.src, how, FOREST_DOUBLE, x,
			    1);
			before += differences(f, &w.src, how, FOREST_FLOAT, x,
			    ROWS);
		}
		arena_free(&a);
	}
	is_int(built, 200, "forests of every kind of question");
	is_int(bad, 0, "answer as the questions one by one do, bit for bit");
	is_int(alone, 0, "and so for a row alone");
	is_int(before, 0, "and with the float sums of versions before");
}

static void
refused(struct tree_source *s, const char *says, const char *what)
{
	struct arena a = { 0 };
	struct forest *f = NULL;
	struct err e = ERR_INIT;

	ok(forest_new(&f, &a, s, TREE_SUM, &e) < 0 && strstr(e.msg, says),
	    "%s: %s", what, e.msg);
	arena_free(&a);
}

/* Both ways of a test lead to the next one: 2^2000 paths of 2000 tests. */
static void
shared_trees(void)
{
	enum { N = 2000 };
	static struct tree_source_node node[N];
	struct tree_weight one = { 0, 1 };
	struct tree_source_leaf leaf = { &one, 1 };
	struct tree_ref root = { 0, false };
	struct tree_source s = { node, &leaf, &root, N, 1, 1, FEATURES,
	    TARGETS };
	struct arena a = { 0 };
	struct forest *f = NULL;
	struct err e = ERR_INIT;
	float x[FEATURES] = { 0 };

	for (uint32_t i = 0; i < N; i++) {
		struct tree_ref next = { i + 1, false }, end = { 0, true };

		node[i] = (struct tree_source_node){ .mode = TREE_LEQ,
		    .yes = i + 1 < N ? next : end,
		    .no = i + 1 < N ? next : end };
	}
	if (ok(forest_new(&f, &a, &s, TREE_SUM, &e) == 0,
	    "nodes that two parents share: %s", e.msg)) {
		ok(a.used < (size_t)N * 200, "are laid out once: %zu bytes",
		    a.used);
		is_int(differences(f, &s, TREE_SUM, FOREST_DOUBLE, x, 1), 0, "and walked");
		is_int(forest_work(f), N + 1 + 2 * FEATURES + 1,
		    "the longest way of a row is known");
	}
	arena_free(&a);
}

static void
bad_forests(void)
{
	struct tree_weight one = { 0, 1 }, off = { 3, 1 };
	struct tree_source_leaf leaf = { &one, 1 }, stray = { &off, 1 };
	struct tree_source_node n = { .mode = TREE_LEQ, .yes = { 0, true },
	    .no = { 0, true } }, loop = n, far = n, wide = n;
	struct tree_source_node shared[2] = { n, n };
	struct tree_ref root = { 0, false }, second = { 1, false };
	struct tree_source s = { &n, &leaf, &root, 1, 1, 1, FEATURES,
	    TARGETS };

	loop.no = root;
	s.node = &loop;
	refused(&s, "circle", "a tree that bites its tail");
	shared[0].yes = shared[0].no = second;
	shared[1].yes = shared[1].no = root;
	s.node = shared;
	s.n_nodes = 2;
	refused(&s, "circle", "and one through a node that is shared");
	s.n_nodes = 1;
	far.yes.at = 9;
	s.node = &far;
	refused(&s, "not there", "a child beyond the end");
	wide.feature = FEATURES;
	s.node = &wide;
	refused(&s, "feature", "a feature beyond the row");
	s.node = &n;
	s.leaf = &stray;
	refused(&s, "target", "a target beyond the answer");
}

/* --- graphs --------------------------------------------------------------- */

#define WIDTH 4

/* x (N, 4) through a layer of three: softmax(tanh(x W + b)); the last
 * operator is given. */
static void
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

static void
again(void)
{
	struct buf one, two;
	struct arena a = { 0 };
	struct onnx_model *m = NULL;
	struct err e = ERR_INIT;

	buf_init(&one, 1 << 20);
	buf_init(&two, 1 << 20);
	write_graph(&one, "Softmax", 17);
	if (ok(onnx_read(&m, &a, one.data, one.len, &e) == 0, "a graph is read: "
	    "%s", e.msg)) {
		onnx_write(&two, m);
		ok(one.len == two.len && memcmp(one.data, two.data, one.len) == 0,
		    "and written again as it was");
		is_int(onnx_opset_of(m, ""), 17, "its opset");
		is_text(onnx_find_meta(m, META_CLASSES),
		    "[\"a\",\"b\",\"c\"]", "what it says of itself");
	}
	arena_free(&a);
	buf_free(&one);
	buf_free(&two);
}

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
		ok(false, "it runs: %s", e.msg);
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
	struct binding *p = NULL;
	size_t names, bad = 0;
	struct rng r;

	rng_seed(&r, 3, 0);
	for (size_t i = 0; i < N * WIDTH; i++)
		x[i] = (float)(rng_f64(&r) * 8 - 4);
	buf_init(&b, 1 << 20);
	write_graph(&b, "Softmax", 17);
	if (!ok(model_load(&m, b.data, b.len, &e) == 0, "it loads: %s", e.msg))
		goto out;
	if (ok(binding_open(&p, b.data, b.len, NULL, &e) == 0,
	    "it is bound: %s", e.msg))
		ok(binding_classes(p, &names) && names == 3, "three classes");
	run_rows(m, all, x, N);
	for (size_t i = 0; i < N; i++) {
		run_rows(m, one, x + i * WIDTH, 1);
		bad += memcmp(one, all + i * 3, sizeof(one)) != 0;
	}
	is_int(bad, 0, "a row's answer does not depend on its neighbours");
	for (size_t k = 0; k < 3; k++)
		sum += all[k];
	is_near((double)sum, 1, 1e-6, "chances add up to one");
out:
	binding_free(p);
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
	ok(model_load(&m, b.data, b.len, &e) < 0 && m == NULL, "%s is refused",
	    last);
	is_text(e.msg, says, "by its name");
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

/* --- the first of many ------------------------------------------------------ */

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
		if (ok(model_run(r, &row, got, &e) == 0, "and runs: %s", e.msg))
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
		ok(memcmp(few, all, sizeof(few)) == 0, "a few are the first "
		    "of all");
		for (size_t i = 1; i < MANY; i++) {
			float a = x[all[i - 1]], b = x[all[i]];

			wrong += isnan(a) ? !isnan(b) : largest ? a < b :
			    a > b;
			wrong += a == b && all[i - 1] > all[i];
		}
		is_int(wrong, 0, "in order, equals by place, NaN at the end");
	}
}

int
main(void)
{
	forests();
	shared_trees();
	bad_forests();
	again();
	rows();
	first();
	refused_graph("Foo", 17, "unsupported operator Foo (opset 17) in node "
	    "'last'");
	refused_graph("Loop", 17, "unsupported operator Loop (opset 17) in "
	    "node 'last'");
	damaged();
	return tap_done();
}
