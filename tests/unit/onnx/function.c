/* Functions inside a model stand where they are called. */
#include "onnx/function.h"

#include <stdio.h>
#include <string.h>

#include "../tap.h"
#include "onnx/build.h"

struct fixture {
	struct arena a;
	struct onnx_model *m;
	struct onnx_function function[40];
};

static void
start_model(struct fixture *x)
{
	memset(x, 0, sizeof(*x));
	x->m = onnx_new(&x->a, "g");
	x->m->function = x->function;
	onnx_set_opset(&x->a, x->m, "", 17);
}

/* A function of one input x and one output y. */
static struct onnx_function *
add_function(struct fixture *x, const char *name)
{
	struct onnx_function *f = &x->function[x->m->n_functions++];

	f->head.domain = "own";
	f->head.op = arena_strdup(&x->a, name);
	f->head.name = f->head.overload = "";
	onnx_node_in(&x->a, &f->head, "x");
	onnx_node_out(&x->a, &f->head, "y");
	onnx_set_opset(&x->a, &f->body, "", 13);
	return f;
}

static struct onnx_node *
add_call(struct fixture *x, struct onnx_model *to, const char *domain, const char *op, const char *in, const char *out)
{
	struct onnx_node *n = onnx_add_node(&x->a, to, domain, op, op);

	onnx_node_in(&x->a, n, in);
	onnx_node_out(&x->a, n, out);
	return n;
}

static void
test_names(void)
{
	struct fixture x;
	struct err e = ERR_INIT;
	struct onnx_function *f;
	const struct onnx_node *n;

	start_model(&x);
	f = add_function(&x, "twice");
	add_call(&x, &f->body, "", "Neg", "x", "half");
	add_call(&x, &f->body, "", "Neg", "half", "y");
	add_call(&x, x.m, "own", "twice", "a", "b");
	add_call(&x, x.m, "own", "twice", "b", "c");
	ok(onnx_inline_functions(x.m, &x.a, &e) == 0, "two calls are put in: %s", e.msg);
	is_int(x.m->n_nodes, 4, "they make four nodes");
	n = x.m->node;
	is_text(n[0].in[0], "a", "a call's input keeps its name");
	is_text(n[1].out[0], "b", "so does its output");
	is_text(n[3].out[0], "c", "of each call");
	ok(strcmp(n[0].out[0], n[2].out[0]) != 0, "what is inside has another name each time");
	is_text(n[0].out[0], n[1].in[0], "and the same one in one call");
	is_int(onnx_node_opset(x.m, &n[0]), 13, "its nodes are of the function's opset");
	arena_free(&x.a);
}

static void
test_attributes(void)
{
	struct fixture x;
	struct err e = ERR_INIT;
	struct onnx_function *f;
	struct onnx_node *n;

	start_model(&x);
	f = add_function(&x, "leak");
	onnx_attr_float(&x.a, &f->head, "slope", 0.5f);
	n = add_call(&x, &f->body, "", "LeakyRelu", "x", "y");
	onnx_attr_float(&x.a, n, "alpha", 0);
	n->attr[0].ref = "slope";
	n = add_call(&x, x.m, "own", "leak", "a", "b");
	onnx_attr_float(&x.a, n, "slope", 0.25f);
	add_call(&x, x.m, "own", "leak", "b", "c");
	ok(onnx_inline_functions(x.m, &x.a, &e) == 0, "attributes are put in: %s", e.msg);
	is_near(onnx_find_attr(&x.m->node[0], "alpha")->f, 0.25, 0, "the caller's attribute counts");
	is_near(onnx_find_attr(&x.m->node[1], "alpha")->f, 0.5, 0, "else the function's default");
	arena_free(&x.a);
}

static void
test_circles(void)
{
	struct fixture x;
	struct err e = ERR_INIT;
	struct onnx_function *f;

	start_model(&x);
	f = add_function(&x, "one");
	add_call(&x, &f->body, "own", "two", "x", "y");
	f = add_function(&x, "two");
	add_call(&x, &f->body, "own", "one", "x", "y");
	add_call(&x, x.m, "own", "one", "a", "b");
	is_int(onnx_inline_functions(x.m, &x.a, &e), -1, "functions that call each other are refused");
	is_text(e.msg, "function one calls itself", "with the name of one");
	arena_free(&x.a);
}

/* Each function calls the next twice: 2^n nodes of a small file. */
static void
test_bombs(void)
{
	struct fixture x;
	struct err e = ERR_INIT;
	struct onnx_function *f;
	char name[16], next[16];

	start_model(&x);
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		snprintf(next, sizeof(next), "f%d", i + 1);
		f = add_function(&x, name);
		add_call(&x, &f->body, "own", next, "x", "half");
		add_call(&x, &f->body, "own", next, "half", "y");
	}
	add_call(&x, x.m, "own", "f0", "a", "b");
	is_int(onnx_inline_functions(x.m, &x.a, &e), -1, "a bomb of calls is refused");
	is_int(e.code, ERR_TOOBIG, "as too large");
	arena_free(&x.a);
}

int
main(void)
{
	test_names();
	test_attributes();
	test_circles();
	test_bombs();
	return tap_done();
}
