/* Tables written as CSV and JSON Lines, and read back. */
#include "table/write.h"

#include "read/whole.h"
#include "../tap.h"

static void
write_back(void)
{
	const char *text = "i,f,b,d,s\n1,0.1,true,2026-01-02,\"a,\"\"b\"\n"
	    "2,,false,,NA \n,1e300,,2026-01-02 03:04:05.5,\"NA\"\n";
	const struct column *col[5];
	struct err e = ERR_INIT;
	struct table *t, *u;
	struct buf out, again;

	buf_init(&out, BUF_CAP_SMALL);
	buf_init(&again, BUF_CAP_SMALL);
	ok(table_read(&t, text, strlen(text), NULL, &e) == 0, "read");
	for (size_t i = 0; i < 5; i++)
		col[i] = &t->col[i];
	table_write_header(&out, col, 5, NULL);
	table_write_csv(&out, col, 5, 0, t->rows, NULL);
	is_text(out.data, "i,f,b,d,s\n"
	    "1,0.1,true,2026-01-02T00:00:00Z,\"a,\"\"b\"\n2,,false,,\n"
	    ",1e300,,2026-01-02T03:04:05.500000Z,\"NA\"\n", "CSV");
	ok(table_read(&u, out.data, out.len, NULL, &e) == 0, "read again");
	for (size_t i = 0; i < 5; i++)
		col[i] = &u->col[i];
	table_write_header(&again, col, 5, NULL);
	table_write_csv(&again, col, 5, 0, u->rows, NULL);
	is_text(again.data, out.data, "what is written reads back the same");
	buf_clear(&out);
	table_write_jsonl(&out, col, 5, 0, 2);
	is_text(out.data, "{\"i\":1,\"f\":0.1,\"b\":true,"
	    "\"d\":\"2026-01-02T00:00:00Z\",\"s\":\"a,\\\"b\"}\n"
	    "{\"i\":2,\"f\":null,\"b\":false,\"d\":null,\"s\":null}\n",
	    "JSON Lines");
	buf_clear(&out);
	table_write_header(&out, col, 1, NULL);
	table_write_csv(&out, col, 1, 0, u->rows, NULL);
	is_text(out.data, "i\n1\n2\n\"\"\n", "one column: no blank line");
	table_free(t);
	ok(table_read(&t, out.data, out.len, NULL, &e) == 0 && t->rows == 3 &&
	    t->col[0].missing == 1, "which would be no row");
	table_free(t);
	table_free(u);
	buf_free(&out);
	buf_free(&again);
}

int
main(void)
{
	write_back();
	return tap_done();
}
