/* Checks: each rule, what its findings say, and the rows set aside. */
#include "quality/check.h"

#include "../tap.h"

static void
finds(const char *schema, const char *rows, const char *want,
    const char *what)
{
	const struct check_input in = { rows, strlen(rows), NULL };
	struct arena a = { 0 };
	struct schema *s;
	struct err e = ERR_INIT;
	struct check c;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	if (schema_parse(&s, &a, schema, strlen(schema), &e) != 0 ||
	    check_table(&c, NULL, &in, s, &e) != 0) {
		buf_adds(&b, e.msg);
	} else {
		for (size_t i = 0; i < c.n; i++) {
			const struct finding *f = &c.f[i];

			buf_addf(&b, "%s%s %s %llu/%llu", i ? "; " : "",
			    check_rule_name(f->rule),
			    f->column ? f->column : "-",
			    (unsigned long long)f->hits,
			    (unsigned long long)f->looked);
			for (size_t k = 0; k < f->rows; k++)
				buf_addf(&b, " %llu",
				    (unsigned long long)f->row[k]);
		}
		buf_adds(&b, check_failed(&c) ? " !" : "");
		check_release(&c);
	}
	is_text(b.data, want, "%s", what);
	buf_free(&b);
	arena_free(&a);
}

static void
rules(void)
{
	finds("columns: {a: {type: int64}}", "a\n1\n2.0\nx\n\n1.5\n",
	    "type a 2/4 3 4 !", "types; a whole number is an integer");
	finds("columns: {a: {type: int64, min: 1, max: 2}}", "a\n0\n1\n2\n3\n",
	    "range a 2/4 1 4 !", "bounds are included");
	finds("columns: {a: {type: datetime, min: 2026-01-02}}",
	    "a\n2026-01-01\n2026-01-02T00:00:00Z\nlate\n",
	    "type a 1/3 3; range a 1/3 1 !", "dates");
	finds("columns: {a: {type: category, values: [x, 1]}}",
	    "a\nx\n1\ny\n", "values a 1/3 3 !", "values, numbers among them");
	finds("columns: {a: {type: text, min_length: 2, max_length: 3}}",
	    "a\n\xc3\xa9\n\xc3\xa9\xc3\xa9\xc3\xa9\nabcd\n",
	    "length a 2/3 1 3 !", "lengths count characters");
	finds("columns: {a: {type: text, pattern: 'a|b'}}", "a\na\nab\nb\n",
	    "pattern a 1/3 2 !", "a pattern is for the whole value");
	finds("columns: {a: {type: text, pattern: 'a', mostly: 0.5}}",
	    "a\na\nb\n", "", "mostly");
	finds("columns: {a: {type: float64, min_fraction: 0.5}}",
	    "a,b\n,1\nNA,1\n2,1\n", "column_new - 1/0; missing a 2/3 1 2 !",
	    "missing values, a new column");
	finds("columns: {a: {type: int64}, b: {type: int64}}\nordered: true",
	    "b,a\n1,2\n", "column_order - 1/0 !", "order");
	finds("columns: {a: {type: int64, severity: warn, max: 0}}", "a\n1\n",
	    "range a 1/1 1", "a warning fails nothing");
	finds("columns: {a: {type: text}, b: {type: text}}\nunique: [[a, b]]",
	    "a,b\nx,y\nxy,\nx,z\nx,y\n", "unique a,b 1/3 4 !",
	    "keys of two columns; none where one is missing");
	finds("columns: {a: {type: int64}, b: {type: int64}}\n"
	    "rules: [{expr: a <= b, mostly: 0.6}, {expr: a < 9}]",
	    "a,b\n1,2\n3,2\n,1\n9,9\n", "expr a < 9 1/3 4 !",
	    "conditions; missing breaks nothing");
	finds("columns: {a: {type: int64}}\nrows: {min: 2}", "a\n1\n",
	    "rows - 1/1 !", "rows");
	finds("columns: {a: {type: int64}}", "a\n1,2\n",
	    "input: rows must have 1 cell, but line 2 has 2", "what is no table");
	finds("columns: {a: {type: int64, min: 2}}", "{\"a\":1}\n{\"a\":2}\n",
	    "range a 1/2 1 !", "JSON Lines");
	finds("columns: {a: {type: int64}, b: {type: int64, optional: true}, "
	    "c: {type: int64}}", "{\"a\":1}\n", "column_absent - 1/0 !",
	    "a column that no line has");
}

static int
add_row(void *ctx, const char *row, size_t n, struct err *e)
{
	buf_add(ctx, row, n);
	return buf_check(ctx, e);
}

/* The bad rows of a check, or its error. */
static void
sets_aside(const char *schema, const char *rows, const char *want,
    const char *what)
{
	const struct check_input in = { rows, strlen(rows), NULL };
	struct arena a = { 0 };
	struct schema *s;
	struct err e = ERR_INIT;
	struct check c;
	struct check_rows to = { .bad = add_row };
	struct buf bad;

	to.ctx = &bad;
	buf_init(&bad, BUF_CAP_SMALL);
	ok(schema_parse(&s, &a, schema, strlen(schema), &e) == 0, "a schema");
	if (check_table(&c, &to, &in, s, &e) == 0) {
		is_text(bad.data, want, "%s", what);
		check_release(&c);
	} else {
		is_text(e.msg, want, "%s", what);
	}
	buf_free(&bad);
	arena_free(&a);
}

static void
bad_rows(void)
{
	const char *s = "columns: {a: {type: int64, max: 2}, b: {type: text}}";

	sets_aside(s, "a,b\n1,x\n3,y\n2,\"z\nz\"\nq,\"w\nw\"", "a,b,_row,"
	    "_reason\n3,y,2,a: range\nq,\"w\nw\",4,a: type\n", "bad rows with "
	    "the header, number and reason, the last one ended");
	sets_aside(s, "\xef\xbb\xbf" "a,b\r\n3,y\r\n4,z", "\xef\xbb\xbf" "a,b,"
	    "_row,_reason\r\n3,y,1,a: range\r\n4,z,2,a: range\r\n", "with BOM and line ends as they were");
	sets_aside(s, "{\"a\":1,\"b\":\"x\"}\n\n{\"a\":9,\"b\":\"y\"}\n",
	    "{\"a\":9,\"b\":\"y\",\"_row\":2,\"_reason\":\"a: range\"}\n",
	    "of JSON Lines");
	sets_aside(s, "a,b\n3,x\n1\n2,y\n1,2,3\n", "a,b,_row,_reason\n"
	    "3,x,1,a: range\n"
	    "1,,2,\"broken: 1 cells, but there are 2 columns\"\n"
	    "\"1,2,3\",,4,\"broken: 3 cells, but there are 2 columns\"\n",
	    "ragged rows are set aside as the text they are");
	sets_aside(s, "a,b\n1,\"x\"y\n2,\"y\n1,z\n", "a,b,_row,_reason\n"
	    "\"1,\"\"x\"\"y\",,1,broken: broken quotes in column 'b'\n"
	    "\"2,\"\"y\",,2,broken: a quote is never closed\n",
	    "broken quotes end a row with its line");
	sets_aside(s, "a;b\r\n1;\"x;y\"z\r\n", "a;b;_row;_reason\r\n"
	    "\"1;\"\"x;y\"\"z\";;1;broken: broken quotes in column 'b'\r\n",
	    "as the input is written");
	sets_aside(s, "{\"a\":1\n[2]\n{\"a\":1}\n",
	    "{\"_row\":1,\"_reason\":\"broken: JSON line 2 column 1: "
	    "ends too soon\",\"_raw\":\"{\\\"a\\\":1\"}\n"
	    "{\"_row\":2,\"_reason\":\"broken: not a JSON object\","
	    "\"_raw\":\"[2]\"}\n", "JSON Lines that are none");
}

int
main(void)
{
	rules();
	bad_rows();
	return tap_done();
}
