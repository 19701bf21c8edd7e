/* Schemas: what is inferred, what is written reads back, what is refused. */
#include "quality/schema.h"

#include "codec/yaml.h"
#include "read/whole.h"
#include "../tap.h"

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
	ok(s->col[1].range.min.i == -3 && s->col[1].range.max.i == 3 && !s->col[1].unique,
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

/* Every member comes back as it was read. */
static void
round_trip(void)
{
	const char *text = "columns:\n"
	    "  n: {type: int64, above: 0, below: 9, not_values: [3], when: k"
	    " > 1, mean: {min: 1, below: 2.5}, quantiles: {0.5: {max: 3}, "
	    "0.9: {above: 1}}, missing: {max: 0.1}}\n"
	    "  k: {type: category, not_pattern: 'x.*', distinct: {min: 2}}\n"
	    "  at: {type: datetime, greatest: {min: 2026-01-02}}\n"
	    "rows: {min: 1, severity: warn}\n"
	    "unique: [[n], {columns: [n, k], when: n < 3, mostly: 0.5}]\n"
	    "references: [{column: k, data: data:x, to: y, severity: fail}]\n"
	    "freshness: [{column: at, max_age: 2d, severity: warn}]\n"
	    "trend: {profile: p, last: 7, rows: 0.5, missing: 0}\n"
	    "rules: [{expr: n < 5, when: k = 'a'}, {column: n, min: 1, "
	    "name: q, stdev: {max: 4}}]\n";
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct schema *s, *t;
	struct buf one, two;

	buf_init(&one, BUF_CAP_DOC);
	buf_init(&two, BUF_CAP_DOC);
	ok(schema_parse(&s, &a, text, strlen(text), &e) == 0, "read: %s",
	    e.msg);
	ok(yaml_write(&one, schema_json(&a, s), &e) == 0 &&
	    schema_parse(&t, &a, one.data, one.len, &e) == 0 &&
	    yaml_write(&two, schema_json(&a, t), &e) == 0, "written: %s",
	    e.msg);
	is_text(two.data, one.data, "every member comes back");
	ok(t->col[0].range.above && t->col[0].aggregates == 4 && t->ons == 1 &&
	    t->on[0].type == COL_INT64 && t->key[1].mostly == 0.5 &&
	    t->fresh[0].most == INT64_C(172800000000) && t->trend.last == 7,
	    "as what it is");
	buf_free(&one);
	buf_free(&two);
	arena_free(&a);
}

int
main(void)
{
	inferred();
	refused("columns: {a: {type: integre}}", "column 'a': line 1: 'type' "
	    "must be int64, float64, boolean, datetime, category, text, "
	    "money, comma, percent, percent-comma, date-ymd, date-dmy or "
	    "date-mdy");
	refused("columns: {a: {type: int64}}\nrulez: []", "line 2: 'rulez' is "
	    "not known; is it 'rules'?");
	refused("columns: {a: {type: int64, mostly: 2}}", "column 'a': line "
	    "1: 'mostly' must be a number from 0 to 1");
	refused("a: 1", "not a schema: no 'columns'");
	refused("columns: {a: {type: int64}}\nunique: [[b]]", "line 2: "
	    "'unique' names a column that is not there");
	round_trip();
	return tap_done();
}
