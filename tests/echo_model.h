/*
 * echo_model.h - models that answer with what they were asked, for tests of
 * the ways in and out: by name (a float, a whole number, a text, a boolean)
 * or as a matrix of floats.
 */
#ifndef ECHO_MODEL_H
#define ECHO_MODEL_H

#include <stdio.h>
#include <stdlib.h>

#include "deploy/version.h"
#include "onnx/build.h"

static void
echo_port(struct arena *a, struct onnx_model *m, const char *in,
    const char *out, enum onnx_elem elem, int64_t width)
{
	const int64_t dim[2] = { -1, width };
	struct onnx_node *n;

	onnx_add_input(a, m, in, elem, 2, dim);
	onnx_add_output(a, m, out, elem, 2, dim);
	n = onnx_add_node(a, m, "", "Identity", out);
	onnx_node_in(a, n, in);
	onnx_node_out(a, n, out);
}

/* `width` 0: by name. */
static struct version *
echo_model(int64_t width)
{
	struct arena a = { 0 };
	struct onnx_model *m = onnx_new(&a, "echo");
	struct version *v;
	const struct version_opts o = { .name = "echo", .number = 7 };
	struct err e = ERR_INIT;
	struct buf b;

	onnx_set_opset(&a, m, "", 17);
	if (width) {
		echo_port(&a, m, "x", "y", ONNX_FLOAT, width);
	} else {
		echo_port(&a, m, "f", "f_out", ONNX_FLOAT, 1);
		echo_port(&a, m, "i", "i_out", ONNX_INT64, 1);
		echo_port(&a, m, "t", "t_out", ONNX_TEXT, 1);
		echo_port(&a, m, "b", "b_out", ONNX_BOOL, 1);
	}
	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, m);
	if (version_new(&v, b.data, b.len, &o, &e) < 0) {
		fprintf(stderr, "echo_model: %s\n", e.msg);
		abort();
	}
	buf_free(&b);
	arena_free(&a);
	return v;
}

#endif
