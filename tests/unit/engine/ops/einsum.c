/* Einsum: equations that name more axes than there are. */
#include <string.h>

#include "../../tap.h"
#include "base/buf.h"
#include "engine/model.h"
#include "onnx/build.h"

/* What the load of a product of four constants of eight dimensions says. */
static void
refused(const char *equation, const char *says)
{
	static const char *const name[] = { "a", "b", "c", "d" };
	static const int64_t in[] = { -1, 1 }, ones[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	const float one = 1;
	struct arena a = { 0 };
	struct onnx_model *graph = onnx_new(&a, "product");
	struct model *m = NULL;
	struct err e = ERR_INIT;
	struct onnx_node *n;
	struct buf b;

	onnx_set_opset(&a, graph, "", 17);
	onnx_add_input(&a, graph, "x", ONNX_FLOAT, 2, in);
	onnx_add_output(&a, graph, "y", ONNX_FLOAT, 2, in);
	n = onnx_add_node(&a, graph, "", "Identity", "pass");
	onnx_node_in(&a, n, "x");
	onnx_node_out(&a, n, "y");
	for (int i = 0; i < 4; i++)
		onnx_add_initializer(&a, graph, name[i], ONNX_FLOAT, 8, ones, &one);
	n = onnx_add_node(&a, graph, "", "Einsum", "product");
	for (int i = 0; i < 4; i++)
		onnx_node_in(&a, n, name[i]);
	onnx_node_out(&a, n, "z");
	onnx_attr_text(&a, n, "equation", equation);
	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, graph);
	ok(model_load(&m, b.data, b.len, &e) < 0 && strstr(e.msg, says),
	    "%s: %s", equation, e.msg);
	model_free(m);
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	refused("...,abcdefgh,ijklmnop,qrstuvwx->...abcdefghijklmnopqrstuvwxa",
	    "a bad result");
	refused("...,abcdefgh,ijklmnop,qrstuvwx->...abcdefghijklmnopqrstuvwxyz",
	    "a bad result");
	refused("...,abcdefgh,ijklmnop,qrstuvwx->...abcdefghijklmnopqrstuvwx",
	    "too many dimensions");
	refused("yabcdefg,hijklmno,pqrstuvw,ABCDEFGH->z", "a bad result");
	return tap_done();
}
