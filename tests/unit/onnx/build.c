/* What was built and written is read again. */
#include <string.h>

#include "../engine/graph.h"
#include "../tap.h"

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
		    "a graph that was read is written again as it was");
		is_int(onnx_opset_of(m, ""), 17, "a graph keeps its opset");
		is_text(onnx_find_meta(m, META_CLASSES),
		    "[\"a\",\"b\",\"c\"]", "a graph keeps its metadata");
	}
	arena_free(&a);
	buf_free(&one);
	buf_free(&two);
}

int
main(void)
{
	again();
	return tap_done();
}
