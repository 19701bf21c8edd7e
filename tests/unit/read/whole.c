/* Whole tables: types found, missing values, refusals, threads. */
#include <stdlib.h>

#include "base/mem.h"
#include "read/whole.h"
#include "../tap.h"
#include "describe.h"

/* The shape alone is that of the whole table. */
static void
same_shape(const char *text, size_t n, const struct table_read_opts *o,
    const char *what)
{
	struct table_read_opts shape = { 0 };
	struct buf one, two;

	if (o)
		shape = *o;
	shape.shape = true;
	buf_init(&one, BUF_CAP_SMALL);
	buf_init(&two, BUF_CAP_SMALL);
	describe_shape(&one, text, n, o);
	describe_shape(&two, text, n, &shape);
	is_text(two.data, one.data, "%s: the shape alone", what);
	buf_free(&one);
	buf_free(&two);
}

static void
read_numbers(void)
{
	static const char *const number[] = { "0", "-0", "7", "-12", "007",
	    "0.5", "-0.5", "00.5", ".5", "5.", "1e3", "1.5e3", "+1", " 1", "1 ",
	    "-", "--1", "1-2", "1.2.3", "123456789012345678",
	    "1234567890123456789", "99999999999999999999", "inf", "nan", "",
	    "2026-01-02", "true", "x" };
	size_t n = sizeof(number) / sizeof(*number);
	struct buf text;

	buf_init(&text, BUF_CAP_SMALL);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			buf_clear(&text);
			buf_addf(&text, "a,b\n%s,%s\n%s,1.5\n", number[i],
			    number[k], number[k]);
			same_shape(text.data, text.len, NULL, number[i]);
		}
	buf_free(&text);
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
		describe_table(&out, t);
	else
		buf_adds(&out, e.msg);
	is_text(out.data, want, "%s", what);
	same_shape(copy, strlen(text), o, what);
	table_free(t);
	buf_free(&out);
	free(copy);
}

static void
read_csv(void)
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
	reads("a,b\n\"1\",\"NA\"\n\"\",x\n", NULL,
	    "a:int64 1 -; b:category NA x",
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
	reads("a,a,\n1,2,3\n", NULL, "a:int64 1; a_2:int64 2; column_3:int64 "
	    "3", "a second name, and none");
	reads("a,a,a_2\n1,2,3\n", NULL, "a:int64 1; a_3:int64 2; a_2:int64 "
	    "3", "a name that is free");
	reads("a,b\r1,2\r3,4\n", NULL, "a:int64 1 3; b:int64 2 4",
	    "CR with a last LF");
	reads("sep=;\na;b\n1;2\n", NULL, "a:int64 1; b:int64 2",
	    "a line that says what delimits");
	reads("39, Private\n40, Public\n", NULL, "input: line 1 looks like "
	    "data ('39'), not like column names: give --no-header or "
	    "--columns if it is data, --header if it is names", "no header");
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
read_jsonl(void)
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

/* A file of several pieces, with a value at its end that changes a type. */
static void
read_in_pieces(void)
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
	describe_table(&one, a);
	describe_table(&two, b);
	ok(one.len == two.len && memcmp(one.data, two.data, one.len) == 0,
	    "the same table");
	ok(a->col[3].type == COL_CATEGORY && a->col[3].missing == 11999,
	    "a late value changed the type of its column");
	ok(a->col[4].type == COL_TEXT, "what hardly repeats is text");
	ok(memcmp(a->col[2].code, b->col[2].code, 60000 * 4) == 0,
	    "with the same codes");
	same_shape(text.data, text.len, &o, "in pieces");
	table_free(a);
	table_free(b);
	buf_free(&text);
	buf_free(&one);
	buf_free(&two);
}

int
main(void)
{
	read_csv();
	read_jsonl();
	read_numbers();
	read_in_pieces();
	return tap_done();
}
