/* Golden rows: what was written with a model is replayed when it is opened. */
#include "model/golden.h"

#include <string.h>

#include "../engine/graph.h"
#include "../tap.h"
#include "model/open.h"
#include "onnx/build.h"
#include "read/json_rows.h"

/* The graph with a text of golden rows, or without. */
static int
open_with(struct binding **out, const struct buf *golden, struct err *e)
{
	struct arena a = { 0 };
	struct onnx_model *m = NULL;
	struct buf file, with;
	int r = -1;

	*out = NULL;
	buf_init(&file, 1 << 20);
	buf_init(&with, 1 << 20);
	write_graph(&file, "Softmax", 17);
	if (onnx_read(&m, &a, file.data, file.len, e) == 0) {
		if (golden)
			onnx_add_meta(&a, m, META_GOLDEN, golden->data,
			    golden->len);
		onnx_write(&with, m);
		r = binding_open(out, with.data, with.len, NULL, e);
	}
	buf_free(&file);
	buf_free(&with);
	arena_free(&a);
	return r;
}

static int
write_two_rows(struct buf *out, const struct binding *b, struct err *e)
{
	static const char *const row[] = {
	    "{\"1\":0.5,\"2\":-1,\"3\":2,\"4\":0}",
	    "{\"1\":null,\"2\":1,\"3\":1,\"4\":1}" };
	struct json_rows *rows = NULL;
	const struct table_want *want;
	size_t n;
	int r;

	want = binding_wants(b, &n);
	r = json_rows_new(&rows, want, n, NULL, 0, e);
	for (int i = 0; r == 0 && i < 2; i++)
		r = json_rows_add_text(rows, row[i], strlen(row[i]), e);
	if (r == 0)
		r = golden_write(out, b, json_rows_block(rows), 2, e);
	json_rows_free(rows);
	return r;
}

int
main(void)
{
	struct binding *b = NULL;
	struct err e = ERR_INIT;
	struct buf golden;
	char *digit;

	buf_init(&golden, BUF_CAP_DOC);
	if (!ok(open_with(&b, NULL, &e) == 0, "a model without golden rows "
	    "opens: %s", e.msg))
		goto done;
	if (!ok(write_two_rows(&golden, b, &e) == 0, "golden rows are "
	    "written: %s", e.msg))
		goto done;
	ok(strstr(golden.data, "\"NaN\"") != NULL, "an answer that is not a "
	    "number is written as a word");
	binding_free(b);
	ok(open_with(&b, &golden, &e) == 0, "the model that wrote golden rows "
	    "replays them: %s", e.msg);
	binding_free(b);
	digit = strstr(golden.data, "\"y.a\":0.");
	if (ok(digit != NULL, "an answer is a number")) {
		digit[8] = digit[8] == '9' ? '8' : (char)(digit[8] + 1);
		ok(open_with(&b, &golden, &e) < 0 && e.code == ERR_CORRUPT,
		    "another answer than the golden one: %s", e.msg);
	}
done:
	binding_free(b);
	buf_free(&golden);
	return tap_done();
}
