/* What a graph answers lands in columns with its own value. */
#include "model/score.h"

#include <string.h>

#include "../tap.h"
#include "model/open.h"
#include "onnx/build.h"
#include "read/json_rows.h"

/* A model that casts x (N, 1) of int64 to another type. */
static struct binding *
open_cast(enum onnx_elem to)
{
	static const int64_t dim[2] = { -1, 1 };
	struct arena a = { 0 };
	struct onnx_model *m = onnx_new(&a, "g");
	struct binding *b = NULL;
	struct err e = ERR_INIT;
	struct onnx_node *n;
	struct buf file;

	onnx_set_opset(&a, m, "", 17);
	onnx_add_input(&a, m, "x", ONNX_INT64, 2, dim);
	onnx_add_output(&a, m, "y", to, 2, dim);
	n = onnx_add_node(&a, m, "", "Cast", "to");
	onnx_node_in(&a, n, "x");
	onnx_node_out(&a, n, "y");
	onnx_attr_int(&a, n, "to", to);
	buf_init(&file, 1 << 20);
	onnx_write(&file, m);
	if (binding_open(&b, file.data, file.len, NULL, &e) < 0)
		printf("# %s\n", e.msg);
	buf_free(&file);
	arena_free(&a);
	return b;
}

/* The answer to x = -3, or INT64_MIN where it is refused. */
static int64_t
answer_of(enum onnx_elem to)
{
	static const char row[] = "{\"x\":-3}";
	struct binding *b = open_cast(to);
	struct json_rows *rows = NULL;
	const struct table_want *want;
	struct scorer *s;
	struct table *out;
	struct err e = ERR_INIT;
	int64_t y = INT64_MIN;
	size_t n;

	if (b == NULL)
		return y;
	s = scorer_new(b);
	want = binding_wants(b, &n);
	if (json_rows_new(&rows, want, n, NULL, 0, &e) == 0 && json_rows_add_text(rows, row, strlen(row), &e) == 0 &&
	    scorer_run(&out, s, json_rows_block(rows), &e) == 0)
		y = out->col[0].i64[0];
	json_rows_free(rows);
	scorer_free(s);
	binding_free(b);
	return y;
}

int
main(void)
{
	is_int(answer_of(ONNX_INT64), -3, "an answer of int64 is what it is");
	is_int(answer_of(ONNX_INT32), -3, "so is one of int32");
	is_int(answer_of(ONNX_INT16), -3, "of int16");
	is_int(answer_of(ONNX_INT8), -3, "of int8");
	is_int(answer_of(ONNX_UINT8), 253, "of uint8");
	is_int(answer_of(ONNX_UINT16), 65533, "of uint16");
	is_int(answer_of(ONNX_UINT32), 4294967293, "of uint32");
	is_int(answer_of(ONNX_UINT64), INT64_MIN, "of uint64 what is beyond 2^63 is refused");
	return tap_done();
}
