/* Tables written as CSV and JSON Lines, and read back. */
#include "table/write.h"

#include <math.h>

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

/* What a model may answer, and a double or JSON's numbers may not hold. */
static void
odd_numbers(void)
{
	static const double v[] = { -0.0, 0, INFINITY, -INFINITY, NAN };
	static const char *const json[] = { "{\"d\":-0.0,\"f\":-0.0}\n",
	    "{\"d\":0,\"f\":0}\n",
	    "{\"d\":\"Infinity\",\"f\":\"Infinity\"}\n",
	    "{\"d\":\"-Infinity\",\"f\":\"-Infinity\"}\n",
	    "{\"d\":null,\"f\":null}\n" };
	struct err e = ERR_INIT;
	struct column d, f, i;
	const struct column *col[] = { &d, &f };
	const struct column *whole = &i;
	struct buf out;

	buf_init(&out, BUF_CAP_SMALL);
	ok(column_init(&d, "d", COL_FLOAT64, 5, &e) == 0 &&
	    column_init(&f, "f", COL_FLOAT32, 5, &e) == 0 &&
	    column_init(&i, "i", COL_INT64, 1, &e) == 0, "columns");
	for (size_t k = 0; k < 5; k++) {
		d.f64[k] = v[k];
		f.f32[k] = (float)v[k];
		buf_clear(&out);
		table_write_jsonl(&out, col, 2, k, k + 1);
		is_text(out.data, json[k], "as JSON: %g", v[k]);
	}
	buf_clear(&out);
	table_write_csv(&out, col, 2, 0, 4, NULL);
	is_text(out.data, "-0.0,-0.0\n0,0\nInfinity,Infinity\n"
	    "-Infinity,-Infinity\n", "as CSV");
	buf_clear(&out);
	i.i64[0] = INT64_MIN + 1;
	table_write_jsonl(&out, &whole, 1, 0, 1);
	is_text(out.data, "{\"i\":-9223372036854775807}\n", "an integer");
	column_release(&d);
	column_release(&f);
	column_release(&i);
	buf_free(&out);
}

int
main(void)
{
	write_back();
	odd_numbers();
	return tap_done();
}
