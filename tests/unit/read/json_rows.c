/* Rows added one by one from JSON: a bad row is not there. */
#include "read/json_rows.h"

#include "../tap.h"
#include "describe.h"

static void
add_rows(void)
{
	static const struct table_want want[] = {
		{ "n", COL_FLOAT64, false }, { "s", COL_CATEGORY, false },
	};
	struct err e = ERR_INIT;
	struct json_rows *r;
	struct table *t;
	char text[64];
	struct buf out;

	ok(json_rows_new(&r, want, 2, NULL, 0, &e) == 0, "rows of JSON");
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "{\"s\":\"v%d\",\"n\":%s}", i % 3,
		    i % 7 ? "1.5" : "null");
		if (json_rows_add_text(r, text, strlen(text), &e) != 0)
			ok(0, "row %d: %s", i, e.msg);
		if (i == 20)
			ok(json_rows_add_text(r, "{\"n\":null,\"s\":", 14,
			    &e) != 0, "a bad row is refused");
		if (i == 30)
			ok(json_rows_add_text(r, "{\"n\":null,\"s\":\"\"} 1",
			    20, &e) != 0, "and one with more behind");
	}
	t = json_rows_block(r);
	is_int(t->rows, 100, "a bad row is not there");
	is_int(t->col[0].missing, 15, "nor its missing values");
	is_int(intern_count(t->col[1].dict), 3, "categories");
	json_rows_clear(r);
	ok(json_rows_add_text(r, "{\"n\":2}", 7, &e) != 0 &&
	    strcmp(e.msg, "no column 's'") == 0, "an absent member by name");
	ok(json_rows_add_text(r, "{\"n\":2,\"s\":\"a\",\"n\":3}", 21, &e) != 0,
	    "a member twice");
	ok(json_rows_add_text(r, "{\"n\":\"x\",\"s\":1}", 15, &e) != 0 &&
	    strcmp(e.msg, "column 'n': 'x' is not a number") == 0, "unfit");
	ok(json_rows_add_text(r, "{\"n\":true,\"s\":1}", 16, &e) == 0, "fit");
	buf_init(&out, BUF_CAP_SMALL);
	describe_table(&out, json_rows_block(r));
	is_text(out.data, "n:float64 1; s:category 1", "what is left");
	buf_free(&out);
	json_rows_free(r);
}

int
main(void)
{
	add_rows();
	return tap_done();
}
