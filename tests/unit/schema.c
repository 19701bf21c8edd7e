/* Schemas: what is inferred, what is written reads back, what is refused;
 * and columns changed in memory. */
#include <stdlib.h>

#include "codec/yaml.h"
#include "quality/check.h"
#include "read/whole.h"
#include "read/records.h"
#include "quality/schema.h"
#include "tap.h"

static void
inferred(void)
{
	struct table_read_opts o = { .delimiter = ',' };
	struct arena a = { 0 };
	struct schema *s, *t;
	struct table *table;
	struct err e = ERR_INIT;
	struct buf text, one, two;

	buf_init(&text, BUF_CAP_SMALL);
	buf_init(&one, BUF_CAP_SMALL);
	buf_init(&two, BUF_CAP_SMALL);
	buf_adds(&text, "key,n,c,d,half\n");
	for (int i = 0; i < 40; i++)
		buf_addf(&text, "k%d,%d,%s,2026-01-%02d,%s\n", i, i % 7 - 3,
		    i % 2 ? "yes" : "no", i % 28 + 1, i % 2 ? "1.5" : "");
	ok(table_read(&table, text.data, text.len, &o, &e) == 0 &&
	    schema_infer(&s, &a, table, &o, &e) == 0, "inferred");
	ok(s->cols == 5 && s->col[0].unique && s->col[0].values == NULL &&
	    s->col[0].type == COL_TEXT, "a key");
	ok(s->col[1].min == -3 && s->col[1].max == 3 && !s->col[1].unique,
	    "a range");
	ok(s->col[2].n_values == 2 && strcmp(s->col[2].values[0], "no") == 0,
	    "sorted categories");
	is_near(s->col[4].min_fraction, 0.45, 1e-9, "some slack where some "
	    "is missing");
	ok(yaml_write(&one, schema_json(&a, s), &e) == 0, "as YAML");
	ok(strstr(one.data, "2026-01-01T00:00:00Z") != NULL, "dates as dates");
	ok(schema_parse(&t, &a, one.data, one.len, &e) == 0, "read: %s", e.msg);
	yaml_write(&two, schema_json(&a, t), &e);
	is_text(two.data, one.data, "back the same");
	ok(t->read.delimiter == ',' && schema_find(t, "d") == &t->col[3],
	    "reading and columns");
	table_free(table);
	arena_free(&a);
	buf_free(&text);
	buf_free(&one);
	buf_free(&two);
}

static void
refused(const char *text, const char *want)
{
	struct arena a = { 0 };
	struct schema *s;
	struct err e = ERR_INIT;

	ok(schema_parse(&s, &a, text, strlen(text), &e) != 0, "refused");
	is_text(e.msg, want, "and said why");
	arena_free(&a);
}

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
checks(void)
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
	finds("columns: {a: {type: int64}}", "a\n1,2\n", "input: rows must have 1 "
	    "cell, but line 2 has 2", "what is no table");
	finds("columns: {a: {type: int64, min: 2}}", "{\"a\":1}\n{\"a\":2}\n",
	    "range a 1/2 1 !", "JSON Lines");
	finds("columns: {a: {type: int64}, b: {type: int64, optional: true}, "
	    "c: {type: int64}}", "{\"a\":1}\n", "column_absent - 1/0 !",
	    "a column that no line has");
}

static void
columns(void)
{
	static const char *const two[] = { "c", "a" };
	static const char *const none[] = { "aa" };
	static const size_t pick[] = { 2, 0 };
	struct err e = ERR_INIT;
	struct table *t, *g;
	const char *text = "a,b,c\n1,x,0.5\n,y,\n3,x,2\n";

	ok(table_read(&t, text, strlen(text), NULL, &e) == 0, "read");
	ok(table_gather(&g, t, pick, 2, &e) == 0 && g->rows == 2 &&
	    g->col[0].i64[0] == 3 && g->col[0].missing == 0 &&
	    g->col[1].code[0] == g->col[1].code[1], "rows gathered");
	table_free(g);
	ok(column_convert(&t->col[0], COL_FLOAT64, &e) == 0 &&
	    t->col[0].f64[2] == 3 && isnan(t->col[0].f64[1]) &&
	    t->col[0].missing == 1, "integers as floats");
	ok(column_convert(&t->col[0], COL_CATEGORY, &e) == 0 &&
	    intern_count(t->col[0].dict) == 2, "floats as categories");
	ok(column_convert(&t->col[0], COL_INT64, &e) == 0 &&
	    t->col[0].i64[2] == 3, "and back");
	ok(column_convert(&t->col[1], COL_FLOAT64, &e) != 0 &&
	    strcmp(e.msg, "column 'b', row 1: 'x' is not a number") == 0 &&
	    t->col[1].type == COL_CATEGORY, "what cannot be is refused");
	ok(table_select(t, none, 1, &e) != 0 &&
	    strcmp(e.msg, "no column 'aa'; is it 'a'?") == 0, "nearest name");
	ok(table_select(t, two, 2, &e) == 0 && t->cols == 2 &&
	    strcmp(t->col[0].name, "c") == 0, "selected, in that order");
	ok(table_drop(t, two, 1, &e) == 0 && t->cols == 1 &&
	    strcmp(t->col[0].name, "a") == 0, "dropped");
	table_free(t);
}

static void
shapes(void)
{
	static const char *const whole[] = { "a\n1\n2\n", "a\n1\n2",
	    "a\n\n1\n\"x\ny\"\n", "{\"a\":1}\n\n{\"a\":2}" };
	static const char *const broken[] = { "a\n1\n2,3\n", "a,b\n1\n2",
	    "a\n\"x", "a\n\"x\"y\n", "{\"a\":1}\n{\"a\":}", "{}\n[]",
	    "{} {}", "" };
	struct err e = ERR_INIT;

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		ok(records_check(whole[i], strlen(whole[i]), NULL, &e) == 0,
		    "whole rows");
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		ok(records_check(broken[i], strlen(broken[i]), NULL,
		    &e) != 0, "rows that are not whole");
	ok(records_check("a,b\n1\n2,3\n4,5,6", 16, NULL, &e) != 0 &&
	    strcmp(e.msg, "input: rows must have 2 cells, but line 2 has 1, "
	    "line 4 has 3") == 0, "told with their lines");
}

int
main(void)
{
	inferred();
	refused("columns: {a: {type: integre}}", "column 'a': line 1: 'type' "
	    "must be int64, float64, boolean, datetime, category or text");
	refused("columns: {a: {type: int64}}\nrulez: []", "line 2: 'rulez' is "
	    "not known; is it 'rules'?");
	refused("columns: {a: {type: int64, mostly: 2}}", "column 'a': line "
	    "1: 'mostly' must be a number from 0 to 1");
	refused("a: 1", "not a schema: no 'columns'");
	refused("columns: {a: {type: int64}}\nunique: [[b]]", "line 2: "
	    "'unique' names a column that is not there");
	checks();
	columns();
	shapes();
	return tap_done();
}
