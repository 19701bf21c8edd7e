/* Rows in blocks: what is wanted and kept, however few bytes come at once. */
#include "read/stream.h"

#include "table/write.h"
#include "../tap.h"

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
wanted_columns(void)
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
	streams("q\n5\n", &o, "5\n", "by place");
	streams("q,r\n5,x\n", &o, "! in: 2 columns, but 1 are needed: name "
	    "those to take with --columns", "one too many by place");
	o.keep = (const char *const[]){ "r" };
	o.n_keep = 1;
	streams("r,q\nx,5\n", &o, "5,x\n", "what is kept takes no place");
}

/* --- marks ---------------------------------------------------------------- */

#define MARKS 8

static const struct table_want all_of_a[] = { { "a", COL_TEXT, false } };

/* Rows as lines, and the mark behind each block; the number of blocks, or -1. */
static int
read_marked(struct buf *out, struct table_mark *m, const char *text,
    size_t step, const struct table_mark *after, struct err *e)
{
	const struct table_reader_opts o = { .want = all_of_a, .n_want = 1,
	    .block_rows = 2, .marks = true, .after = after };
	struct drip d = { text, strlen(text), step };
	struct source src = { drip_read, NULL, &d, "in" };
	const struct column *col;
	struct table_reader *r;
	struct table *t;
	int k, n = 0;

	if (table_reader_open(&r, &src, &o, e) != 0)
		return -1;
	while ((k = table_reader_next(&t, r, e)) > 0 && n < MARKS) {
		col = &t->col[0];
		table_write_csv(out, &col, 1, 0, t->rows, NULL);
		table_reader_mark(&m[n++], r);
	}
	table_reader_free(r);
	return k < 0 ? -1 : n;
}

/* From each mark the rows behind it come, of the source as it was (`before`)
 * and grown (`now`), whatever comes at once. */
static void
goes_on(const char *before, const char *now, const char *rows,
    const char *what)
{
	static const size_t steps[] = { 1, 7, 1 << 20 };
	struct table_mark m[MARKS], late[MARKS];
	struct err e = ERR_INIT;
	struct buf all, rest, both;
	int n;

	buf_init(&all, BUF_CAP_SMALL);
	buf_init(&rest, BUF_CAP_SMALL);
	buf_init(&both, BUF_CAP_SMALL);
	for (int k = 0; k < 3; k++) {
		size_t lines = 0;

		buf_clear(&all);
		n = read_marked(&all, m, before, steps[k], NULL, &e);
		ok(n > 0, "%s is read (%zu bytes at a time): %s", what,
		    steps[k], e.msg);
		for (int i = 0; i < n; i++) {
			const char *cut = all.data;

			for (lines = 0; lines < m[i].rows; lines++)
				cut = strchr(cut, '\n') + 1;
			buf_clear(&rest);
			buf_clear(&both);
			buf_add(&both, all.data, (size_t)(cut - all.data));
			if (read_marked(&rest, late, now, steps[k], &m[i],
			    &e) < 0)
				buf_addf(&both, "! %s", e.msg);
			buf_add(&both, rest.data, rest.len);
			is_text(both.data, rows, "%s, from row %d on", what,
			    (int)m[i].rows);
		}
	}
	buf_free(&all);
	buf_free(&rest);
	buf_free(&both);
}

static void
is_moved(const char *before, const char *now, const char *what)
{
	struct table_mark m[MARKS], late[MARKS];
	struct err e = ERR_INIT;
	struct buf out;
	int n;

	buf_init(&out, BUF_CAP_SMALL);
	n = read_marked(&out, m, before, 1 << 20, NULL, &e);
	ok(n > 0 && read_marked(&out, late, now, 7, &m[n - 1], &e) < 0 &&
	    e.code == ERR_MOVED, "%s: %s", what, e.msg);
	buf_free(&out);
}

static void
marks(void)
{
	goes_on("a,b\n1,x\n2,x\n3,x\n", "a,b\n1,x\n2,x\n3,x\n4,y\n5,y\n",
	    "1\n2\n3\n4\n5\n", "a source that grew");
	goes_on("a,b\n1,x\n2,x", "a,b\n1,x\n2,x\n3,x\n", "1\n2\n3\n",
	    "one whose last line had no end");
	goes_on("a,b\r\n1,x\r\n2,x\r\n", "a,b\r\n1,x\r\n2,x\r\n3,y\r\n",
	    "1\n2\n3\n", "one with CR LF");
	goes_on("a,b\n1,\"x\ny\"\n\n2,x\n3,\"\n\"\n",
	    "a,b\n1,\"x\ny\"\n\n2,x\n3,\"\n\"\n\n4,z\n", "1\n2\n3\n4\n",
	    "one with quoted line ends and blank lines");
	goes_on("{\"a\":\"1\"}\n{\"a\":\"2\"}\n", "{\"a\":\"1\"}\n"
	    "{\"a\":\"2\"}\n{\"a\":\"3\"}", "1\n2\n3\n", "JSON Lines");
	is_moved("a,b\n1,x\n2,x\n", "a,b\n1,y\n2,x\n3,x\n", "a cell that changed");
	is_moved("a,b\n1,x\n2,x\n", "b,a\n1,x\n2,x\n3,x\n", "columns that changed places");
	is_moved("a,b\n1,x\n2,x\n", "a,b\n1,x\n", "a source that lost rows");
	is_moved("a,b\n1,x\n2,x", "a,b\n1,x\n2,xy\n", "a last line that went on");
	is_moved("a,b\n1,x\n2,x\n", "a,b\n", "one without rows");
}

int
main(void)
{
	wanted_columns();
	marks();
	return tap_done();
}
