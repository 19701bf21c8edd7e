/* Tables: types found, missing values, refusals; blocks give the same. */
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "read/whole.h"
#include "read/json_rows.h"
#include "read/stream.h"
#include "table/write.h"
#include "tap.h"

/* Types, missing counts and all cells, as one string. */
static void
describe(struct buf *out, const struct table *t)
{
	char room[COLUMN_PRINT_MAX];
	size_t n;

	for (size_t i = 0; i < t->cols; i++) {
		const struct column *c = &t->col[i];

		buf_addf(out, "%s:%s", c->name, col_type_name(c->type));
		for (size_t r = 0; r < t->rows; r++) {
			const char *s = column_print(c, r, room, &n);

			if (s == NULL)
				buf_adds(out, " -");
			else
				buf_addf(out, " %.*s", (int)n, s);
		}
		buf_adds(out, i + 1 < t->cols ? "; " : "");
	}
}

static void
reads(const char *text, const struct table_read_opts *o, const char *want,
    const char *what)
{
	struct err e = ERR_INIT;
	struct table *t = NULL;
	struct buf out;
	char *copy = xstrndup(text, strlen(text));

	buf_init(&out, BUF_CAP_SMALL);
	if (table_read(&t, copy, strlen(text), o, &e) == 0)
		describe(&out, t);
	else
		buf_adds(&out, e.msg);
	is_text(out.data, want, "%s", what);
	table_free(t);
	buf_free(&out);
	free(copy);
}

static void
csv(void)
{
	static const char *const abc[] = { "a", "b", "c" };
	static const char *const question[] = { "?" };
	static const char *const minus[] = { "-999" };
	static const char *const only_b[] = { "b" };
	static const struct table_type types[] = { { "a", COL_CATEGORY } };
	static const struct table_type odd[] = { { "a", COL_FLOAT32 },
	    { "b", COL_RAW } };
	struct table_read_opts o = { 0 };

	reads("a,b\n1,x\n2,y\n", NULL, "a:int64 1 2; b:category x y", "plain");
	reads("a,b\r\n1,x\r\n2,y", NULL, "a:int64 1 2; b:category x y",
	    "CRLF, no end of the last line");
	reads("a;b\r1,5;x\r", NULL, "a:category 1,5; b:category x",
	    "CR, semicolons, decimal commas stay text");
	reads("\xef\xbb\xbf" "a\tb\n1\t2\n", NULL, "a:int64 1; b:int64 2",
	    "BOM and TAB");
	reads("a\n1\n2.5\n", NULL, "a:float64 1 2.5", "integers among floats");
	reads("a\n9223372036854775807\n", NULL,
	    "a:int64 9223372036854775807", "the largest integer");
	reads("a\n1\n9223372036854775808\n", NULL,
	    "a:float64 1 9223372036854776000", "one larger makes them float");
	reads("a\n007\n010\n", NULL, "a:category 007 010",
	    "leading zeros make a code");
	reads("a,b,c\ntrue,Yes,TRUE\nfalse,No,False\n", NULL,
	    "a:boolean true false; b:category Yes No; c:boolean true false",
	    "booleans; yes and no are categories");
	reads("a\n2026-01-02\n2026-01-02 03:04\n", NULL,
	    "a:datetime 2026-01-02T00:00:00Z 2026-01-02T03:04:00Z", "dates");
	reads("a\n1\nx\n", NULL, "a:category 1 x", "a mixture is strings");
	reads("a,b\n1,\n ,x\nNA,null\n", NULL,
	    "a:int64 1 - -; b:category - x -", "missing");
	reads("a,b\n,\nNaN,\n", NULL, "a:float64 - -; b:float64 - -",
	    "nothing there is float64");
	reads("a,b\n\"1\",\"NA\"\n\"\",x\n", NULL, "a:int64 1 -; b:category NA x",
	    "quoted numbers are numbers, a quoted NA is text");
	reads("a,b\n\n1,2\n   \n3,4\n\n", NULL, "a:int64 1 3; b:int64 2 4",
	    "blank lines are skipped");
	reads("a,b\n1,\"x\ny\"\n2,\"say \"\"hi\"\"\"\n", NULL,
	    "a:int64 1 2; b:category x\ny say \"hi\"", "quoted line ends");
	reads("a,b\n", NULL, "a:float64; b:float64", "no rows");
	reads("a", NULL, "a:float64", "only a header, without its end");
	reads("", NULL, "input: empty, without a header line", "nothing");
	reads("\n\n", NULL, "input: empty, without a header line", "blank");
	reads("a,b\n1\n1,2\n1,2,3\n", NULL, "input: rows must have 2 cells, "
	    "but line 2 has 1, line 4 has 3", "ragged rows are told by line");
	reads("a,b\n\"x\ny\",1\n2\n", NULL, "input: rows must have 2 cells, "
	    "but line 4 has 1", "lines, not records, are counted");
	reads("a,b\n1,\"x\n2,y\n", NULL,
	    "input: line 2: broken quotes in column 'b'", "an open quote");
	reads("a,b\n1,\"x\"y\n", NULL,
	    "input: line 2: broken quotes in column 'b'", "text after a quote");
	reads("a,a\n", NULL, "input: two columns are named 'a'", "duplicate");
	reads("a,,b\n", NULL, "input: column 2 has no name; give all names with --header --columns", "no name");
	reads("39, Private\n40, Public\n", NULL, "input: line 1 looks like "
	    "data ('39'), not like column names: give --columns, "
	    "--no-header, or --header if it is one", "no header");
	o.header = TABLE_HEADER_YES;
	reads("2019,2020\n1,2\n", &o, "2019:int64 1; 2020:int64 2",
	    "years as names, said so");
	o.header = TABLE_HEADER_NO;
	o.na = question;
	o.n_na = 1;
	reads("39, ?\n40, Public\n", &o, "column_1:int64 39 40; "
	    "column_2:category - Public", "no header, ? is missing");
	o.header = TABLE_HEADER_AUTO;
	o.columns = abc;
	o.n_columns = 2;
	reads("39, ?\n40, Public\n", &o, "a:int64 39 40; b:category - Public",
	    "names given");
	o.n_columns = 3;
	reads("39, ?\n", &o, "input: 3 column names given, but line 1 has 2 "
	    "cells", "too many names");
	o = (struct table_read_opts){ .na = minus, .n_na = 1 };
	reads("a,b\n1.5,-999\n-999,2\n", &o, "a:float64 1.5 -; b:int64 - 2",
	    "a number that means missing");
	o = (struct table_read_opts){ .types = types, .n_types = 1 };
	reads("a,b\n1,2\n", &o, "a:category 1; b:int64 2", "a type said");
	o.types = odd;
	o.n_types = 2;
	reads("a,b\n1.5,2\n2,3\n", &o, "a:float64 1.5 2; b:text 2 3",
	    "types that are not for reading");
	o = (struct table_read_opts){ .types = types, .n_types = 1 };
	o.only = only_b;
	o.n_only = 1;
	reads("a,b\n1,2\n", &o, "b:int64 2", "one column of two");
}

static void
jsonl(void)
{
	static const struct table_type types[] = { { "a", COL_FLOAT64 } };
	struct table_read_opts o = { .types = types, .n_types = 1 };

	reads("{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"a\":2}\n", NULL,
	    "a:int64 1 2; b:category x y", "JSON Lines");
	reads(" {\"a\":1}\r\n\n{\"c\":true}", NULL,
	    "a:int64 1 -; c:boolean - true", "absent members are missing");
	reads("{\"a\":1.5}\n{\"a\":null}\n{\"a\":3}\n", NULL,
	    "a:float64 1.5 - 3", "numbers and null");
	reads("{\"a\":\"12\"}\n{\"a\":\"\\u00e9\"}\n", NULL,
	    "a:category 12 \xc3\xa9", "strings stay strings");
	reads("{\"a\":\"2026-01-02\"}\n", NULL,
	    "a:datetime 2026-01-02T00:00:00Z", "unless all are dates");
	reads("{\"a\":[1, 2]}\n{\"a\":0}\n", NULL, "a:category [1, 2] 0",
	    "lists are kept as text");
	reads("{\"a\":1}\n{\"a\":}\n", NULL, "input: line 2: JSON line 1 "
	    "column 6: not a value", "a bad line is named");
	reads("{\"a\":1}\n[1]\n", NULL, "input: line 2: not a JSON object",
	    "a list is no row");
	reads("{\"a\":\"x\"}\n", &o, "input: row 1: column 'a': 'x' is not a "
	    "number", "a type said that does not fit");
}

struct drip {
	const char *s;
	size_t n, step;
};

static int64_t
drip_read(void *ctx, void *p, size_t n, struct err *e)
{
	struct drip *d = ctx;

	(void)e;
	n = n < d->step ? n : d->step;
	n = n < d->n ? n : d->n;
	memcpy(p, d->s, n);
	d->s += n;
	d->n -= n;
	return (int64_t)n;
}

/* All blocks of a reader written as CSV. */
static void
blocks(struct buf *out, const char *text, size_t step,
    const struct table_reader_opts *o)
{
	struct drip d = { text, strlen(text), step };
	struct source src = { drip_read, NULL, &d, "in" };
	struct table_reader *r = NULL;
	const struct column *col[16];
	struct err e = ERR_INIT;
	struct table *t;
	int k = -1;

	if (table_reader_open(&r, &src, o, &e) == 0) {
		while ((k = table_reader_next(&t, r, &e)) > 0) {
			for (size_t i = 0; i < t->cols; i++)
				col[i] = &t->col[i];
			table_write_csv(out, col, t->cols, 0, t->rows, NULL);
		}
	}
	if (k < 0)
		buf_addf(out, "! %s", e.msg);
	table_reader_free(r);
}

static void
streams(const char *text, const struct table_reader_opts *o, const char *want,
    const char *what)
{
	static const size_t steps[] = { 1, 7, 1 << 20 };
	struct table_reader_opts opts = *o;
	struct buf out;

	buf_init(&out, BUF_CAP_SMALL);
	for (int k = 0; k < 12; k++) {
		opts.eager = k & 1;
		opts.block_rows = k & 2 ? 2 : 0;
		buf_clear(&out);
		blocks(&out, text, steps[k / 4], &opts);
		is_text(out.data, want, "%s (%zu bytes at a time)", what,
		    steps[k / 4]);
	}
	buf_free(&out);
}

static void
readers(void)
{
	static const struct table_want want[] = {
		{ "b", COL_FLOAT64, false }, { "c", COL_CATEGORY, false },
		{ "z", COL_INT64, true },
	};
	static const char *const keep[] = { "a", "b" };
	struct table_reader_opts o = { .want = want, .n_want = 3 };

	streams("a,b,c\nq,1.50,x\nr,,\"y\nz\"\ns, -2e3 ,\n", &o,
	    "1.5,x,\n,\"y\nz\",\n-2000,,\n", "wanted columns of a CSV");
	streams("{\"b\":1,\"c\":\"x\",\"a\":{\"q\":[1]}}\n\n{\"c\":null,"
	    "\"b\":\"2.5\",\"z\":7}", &o, "1,x,\n2.5,,7\n", "of JSON Lines");
	o.keep = keep;
	o.n_keep = 2;
	streams("a,b,c\n\"q,\"\"\",1.50,x\nr,2,y", &o,
	    "1.5,x,,\"q,\"\"\",1.50\n2,y,,r,2\n", "and columns kept");
	streams("{\"b\":1.50,\"c\":2,\"a\":\"x\\ny\"}\n", &o,
	    "1.5,2,,\"x\ny\",1.50\n", "kept from JSON");
	streams("a,b,c\rq,1,x\rr,2,y\r", &o, "1,x,,q,1\n2,y,,r,2\n",
	    "old Mac line ends");
	streams("b\n1\n", &o, "! in: no column 'c'; is it 'b'?",
	    "an absent column");
	streams("a,b,c\nq,1,x\n\nr,zwei,y\n", &o, "1,x,,q,1\n! in: line 4: "
	    "column 'b': 'zwei' is not a number",
	    "rows before the bad one come first");
	streams("a,b,c\nq,1,x\nr,1\n", &o, "1,x,,q,1\n! in: line 3: 2 cells, "
	    "but there are 3 columns", "ragged");
	streams("a,b,c\nq,1,\"x\nr,1,y\n", &o,
	    "! in: line 2: a quote is never closed", "an open quote");
	streams("{\"b\":1}\n", &o, "! in: line 1: no column 'c'",
	    "an absent member");
	streams("{\"b\":1,\"c\":[1]}\n", &o, "! in: line 1: column 'c': a "
	    "JSON list is no cell", "a list in a wanted column");
	streams("", &o, "! in: empty, without a header line", "nothing");
	o = (struct table_reader_opts){ .want = want, .n_want = 1,
	    .keep_all = true };
	streams("a,b\n x ,1\n\"\",2\n", &o, "1,x,1\n2,\"\",2\n", "all kept");
	streams("{\"a\":true,\"b\":1}\n{\"b\":2,\"new\":3}\n", &o,
	    "1,true,1\n2,,2\n", "all members of the first row kept");
	o = (struct table_reader_opts){ .want = want, .n_want = 1,
	    .by_place = true };
	streams("q,r\n5,x\n", &o, "5\n", "by place");
}

static void
rows(void)
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
	describe(&out, json_rows_block(r));
	is_text(out.data, "n:float64 1; s:category 1", "what is left");
	buf_free(&out);
	json_rows_free(r);
}

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

/* A file of several pieces, with a value at its end that changes a type. */
static void
threads(void)
{
	struct table_read_opts o = { .threads = 1 };
	struct err e = ERR_INIT;
	struct table *a, *b;
	struct buf text, one, two;

	buf_init(&text, BUF_CAP_DATA);
	buf_init(&one, BUF_CAP_DATA);
	buf_init(&two, BUF_CAP_DATA);
	buf_adds(&text, "n,f,s,late,u\n");
	for (int i = 0; i < 60000; i++)
		buf_addf(&text, "%d,%d.%d,\"c%d\",%s,id-%d\n", i, i, i % 10,
		    i % 97 * (i > 50000 ? 2 : 1), i == 59990 ? "x" :
		    i % 5 ? "7" : "", i * 7);
	ok(text.len > (size_t)1 << 20, "more than one piece");
	ok(table_read(&a, text.data, text.len, &o, &e) == 0, "one thread");
	o.threads = 3;
	ok(table_read(&b, text.data, text.len, &o, &e) == 0, "three");
	describe(&one, a);
	describe(&two, b);
	ok(one.len == two.len && memcmp(one.data, two.data, one.len) == 0,
	    "the same table");
	ok(a->col[3].type == COL_CATEGORY && a->col[3].missing == 11999,
	    "a late value changed the type of its column");
	ok(a->col[4].type == COL_TEXT, "what hardly repeats is text");
	ok(memcmp(a->col[2].code, b->col[2].code, 60000 * 4) == 0,
	    "with the same codes");
	table_free(a);
	table_free(b);
	buf_free(&text);
	buf_free(&one);
	buf_free(&two);
}

int
main(void)
{
	csv();
	jsonl();
	readers();
	rows();
	write_back();
	threads();
	return tap_done();
}
