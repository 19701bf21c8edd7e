/*
 * Rows in blocks.  One buffer: what was left is moved to its front, it is
 * filled, and whole records in it become a block; so raw cells can point
 * into it until the next call.
 */
#include "read/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/builder.h"
#include "read/sniff.h"
#include "table/column_set.h"

#define BUFFER_BYTES ((size_t)1 << 20)
#define RECORD_MAX ((size_t)1 << 28)

struct aim {			/* an input column that goes somewhere */
	size_t from, to;
};

struct table_reader {
	struct source *src;
	struct sniffed in;
	struct na_words na;
	struct builder block;
	struct members members;		/* JSON Lines */
	struct aim *aim;		/* CSV: by rising `from` */
	size_t aims;
	bool *there;		/* CSV: a wanted column is in the input */
	bool keep_all, by_place, eager;
	size_t block_rows;
	struct table_read_opts opts;
	char *buf;			/* one byte more than `room` */
	size_t room, len, at;
	bool eof, ended;
	uint64_t line;			/* of the record at `at` */
	uint64_t row, first_row;	/* rows given; first of the block */
	uint64_t *lines;		/* a row of the block */
	bool failed;
	struct err failure;
	struct buf scratch;
};

/* At the end of the input its last line gets an end, once. */
static void
end_last_line(struct table_reader *r)
{
	r->ended = r->eof;
	if (r->eof && r->len > 0 && r->buf[r->len - 1] != r->in.form.eol)
		r->buf[r->len++] = r->in.form.eol;
}

/* Fill the buffer: until full, or with what is there when eager. */
static int
fill(struct table_reader *r, struct err *e)
{
	int64_t got;

	if (r->at > 0) {
		memmove(r->buf, r->buf + r->at, r->len - r->at);
		r->len -= r->at;
		r->at = 0;
	}
	if (r->len == r->room) {
		char *to;

		if (r->room >= RECORD_MAX)
			return err_set(e, ERR_TOOBIG, "%s: line %llu: longer "
			    "than %zu MiB", r->in.name,
			    (unsigned long long)r->line, RECORD_MAX >> 20);
		to = mem_resize(r->buf, r->room * 2 + 1, 1);
		if (to == NULL)
			return err_set(e, ERR_NOMEM, "no memory");
		r->buf = to;
		r->room *= 2;
	}
	got = r->eager ?
	    source_read(r->src, r->buf + r->len, r->room - r->len, e) :
	    source_read_full(r->src, r->buf + r->len, r->room - r->len, e);
	if (got < 0)
		return -1;
	r->len += (size_t)got;
	r->eof = r->eager ? got == 0 : r->len < r->room;
	if (!r->ended)
		end_last_line(r);
	return 0;
}

static const char *
record_end(const struct table_reader *r, const char *s, const char *end)
{
	const char *q;

	if (r->in.format == TABLE_CSV)
		return csv_record(&r->in.form, s, end);
	q = memchr(s, '\n', (size_t)(end - s));
	return q == NULL ? NULL : q + 1;
}

/* The next record that is not blank: 1, 0 at the end, -1.  With `wait` more
 * is read until there is one; without, 0 also means: none is here whole. */
static int
next_record(struct table_reader *r, const char **s, const char **end,
    bool wait, struct err *e)
{
	for (;;) {
		const char *from = r->buf + r->at, *stop = r->buf + r->len;
		const char *next = r->at < r->len ?
		    record_end(r, from, stop) : NULL;

		if (next != NULL) {
			r->at = (size_t)(next - r->buf);
			*s = from;
			*end = next;
			if (!line_blank(&r->in.form, from))
				return 1;
			r->line++;
			continue;
		}
		if (r->eof && r->at == r->len)
			return 0;
		if (r->eof)
			return err_set(e, ERR_FORMAT, "%s: line %llu: a quote "
			    "is never closed", r->in.name,
			    (unsigned long long)r->line);
		if (!wait)
			return 0;
		if (fill(r, e) != 0)
			return -1;
	}
}

/* ---- opening ---- */

static int
aim_at(struct table_reader *r, size_t to, const char *name, bool optional,
    struct intern *names, struct err *e)
{
	uint32_t from = intern_find(names, name, strlen(name));

	if (from == INTERN_NONE) {
		if (optional)
			return 0;
		return sniffed_no_column(&r->in, name, e);
	}
	r->aim[r->aims++] = (struct aim){ from, to };
	return 0;
}

static int
by_from(const void *a, const void *b)
{
	const struct aim *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

static int
aim_by_place(struct table_reader *r, struct err *e)
{
	if (r->in.cols < r->block.n_want)
		return err_set(e, ERR_NOENT, "%s: %zu columns, but %zu are "
		    "needed", r->in.name, r->in.cols, r->block.n_want);
	for (size_t i = 0; i < r->block.n_want; i++)
		r->aim[r->aims++] = (struct aim){ i, i };
	return 0;
}

static int
aim_columns(struct table_reader *r, struct err *e)
{
	struct intern *names = intern_new();
	struct builder *b = &r->block;
	int rc = -1;

	for (size_t i = 0; i < r->in.cols; i++)
		intern_add(names, r->in.names[i], strlen(r->in.names[i]));
	for (size_t i = 0; r->keep_all && i < r->in.cols; i++)
		if (builder_keep(b, r->in.names[i], e) != 0)
			goto done;
	r->aim = xalloc(b->t->cols + 1, sizeof(*r->aim));
	if (r->by_place && aim_by_place(r, e) != 0)
		goto done;
	for (size_t i = r->by_place ? b->n_want : 0; i < b->t->cols; i++)
		if (aim_at(r, i, b->t->col[i].name, i < b->n_want &&
		    b->want[i].optional, names, e) != 0)
			goto done;
	qsort(r->aim, r->aims, sizeof(*r->aim), by_from);
	r->there = xalloc(b->n_want + 1, sizeof(*r->there));
	for (size_t i = 0; i < r->aims; i++)
		if (r->aim[i].to < b->n_want)
			r->there[r->aim[i].to] = true;
	rc = 0;
done:
	intern_free(names);
	return rc;
}

static int
open_csv(struct table_reader *r, struct err *e)
{
	const char *s = r->buf, *end = s, *stop = s;
	int k;

	if ((k = next_record(r, &s, &end, true, e)) < 0)
		return -1;
	if (k == 0)
		s = end = stop = r->buf;
	else
		stop = end;
	r->in.lines = r->line - 1;
	if (sniff_header(&r->in, s, stop, &r->opts, e) != 0)
		return -1;
	if (k != 0 && r->in.body == s)
		r->at = (size_t)(s - r->buf);	/* it was a row already */
	else
		r->line = r->in.lines + 1;
	return aim_columns(r, e);
}

/* JSON Lines, everything kept: the first row's members say what there is. */
static int
keep_members(struct table_reader *r, const char *s, const char *end,
    struct err *e)
{
	struct json_pull p;
	enum json_token t;
	int rc = -1;

	json_pull_init(&p, s, (size_t)(end - s), JSON_NAN);
	if (json_pull(&p, e) != JSON_T_MAP) {
		err_set(e, ERR_FORMAT, "not a JSON object");
		goto done;
	}
	while ((t = json_pull(&p, e)) == JSON_KEY) {
		char *name = xstrndup(p.s, p.n);

		rc = builder_keep(&r->block, name, e);
		r->in.names = xresize(r->in.names, r->in.cols + 1,
		    sizeof(*r->in.names));
		r->in.names[r->in.cols++] = name;
		if (rc != 0 || (rc = json_pull_skip(&p, e)) != 0)
			goto done;
	}
	rc = t == JSON_BAD ? -1 : 0;
done:
	json_pull_free(&p);
	return rc;
}

static int
open_jsonl(struct table_reader *r, struct err *e)
{
	const char *s, *end;
	int k = 1;

	if (r->keep_all) {
		if ((k = next_record(r, &s, &end, true, e)) < 0)
			return -1;
		if (k > 0 && keep_members(r, s, end, e) != 0)
			return err_wrap(e, "%s: line %llu", r->in.name,
			    (unsigned long long)r->line);
		if (k > 0)
			r->at = (size_t)(s - r->buf);
	}
	members_init(&r->members, &r->block);
	return 0;
}

/* Enough bytes to tell what this is: a whole line behind those that are
 * passed over, or the end. */
static int
peek(struct table_reader *r, struct err *e)
{
	static const struct csv_form form = { ',', '\n' };
	uint64_t skip = r->opts.skip, lines;

	do {
		if (fill(r, e) != 0)
			return -1;
		lines = lines_in(&form, r->buf, r->buf + r->len);
	} while (!r->eof && (lines < skip || (lines == skip &&
	    r->len < BUFFER_BYTES)));
	return 0;
}

int
table_reader_open(struct table_reader **out, struct source *src,
    const struct table_reader_opts *o, struct err *e)
{
	struct table_reader *r = xalloc(1, sizeof(*r));

	r->src = src;
	r->opts = o->read;
	if (r->opts.name == NULL)
		r->opts.name = src->name;
	na_words_init(&r->na, o->read.na, o->read.n_na);
	r->keep_all = o->keep_all;
	r->by_place = o->by_place;
	r->eager = o->eager;
	r->block_rows = o->block_rows ? o->block_rows : TABLE_BLOCK_ROWS;
	r->lines = xalloc(r->block_rows, sizeof(*r->lines));
	r->room = BUFFER_BYTES;
	r->buf = xalloc(r->room + 2, 1);
	r->line = 1;
	r->ended = true;		/* until the line end is known */
	r->in.name = r->opts.name != NULL ? r->opts.name : "input";
	buf_init(&r->scratch, BUF_CAP_DATA);
	if (builder_init(&r->block, o->want, o->n_want, o->keep,
	    o->keep_all ? 0 : o->n_keep, r->block_rows, e) != 0 ||
	    peek(r, e) != 0)
		goto fail;
	if (sniff_input(&r->in, r->buf, r->len, &r->opts, e) != 0)
		goto fail;
	r->at = (size_t)(r->in.body - r->buf);
	r->line = r->in.lines + 1;
	end_last_line(r);
	r->block.lax = o->lax;
	if ((r->in.format == TABLE_JSONL ? open_jsonl(r, e) :
	    open_csv(r, e)) != 0)
		goto fail;
	*out = r;
	return 0;
fail:
	table_reader_free(r);
	return -1;
}

void
table_reader_free(struct table_reader *r)
{
	if (r == NULL)
		return;
	builder_release(&r->block);
	if (r->members.names != NULL)
		members_release(&r->members);
	sniffed_release(&r->in);
	free(r->aim);
	free(r->there);
	free(r->buf);
	free(r->lines);
	buf_free(&r->scratch);
	free(r);
}

/* ---- rows ---- */

static const char *
quick(const struct table_reader *r, struct column *c, size_t row,
    const char *p, const char *end)
{
	char d = r->in.form.delimiter, l = r->in.form.eol;
	double v;

	while (*p == ' ' && d != ' ')
		p++;
	if ((p = cell_scan_float(p, end, &v)) == NULL)
		return NULL;
	if (l == '\n' && *p == '\r' && p[1] == l)
		p++;
	if (*p != d && *p != l)
		return NULL;
	if (c->type == COL_FLOAT64)
		c->f64[row] = v;
	else
		c->f32[row] = (float)v;
	return p;
}

static int
ragged(const struct table_reader *r, size_t have, const char *p,
    const char *end, struct err *e)
{
	struct csv_cell c;

	while (p != NULL && *p == r->in.form.delimiter) {
		have++;
		p = csv_cell(&r->in.form, p + 1, end, &c);
	}
	return err_set(e, ERR_FORMAT, "%zu cells, but there are %zu columns",
	    have, r->in.cols);
}

static int
read_csv_row(struct table_reader *r, size_t row, const char *s,
    const char *end, struct err *e)
{
	const struct csv_form *f = &r->in.form;
	struct table *t = r->block.t;
	const struct aim *a = r->aim, *last = r->aim + r->aims;
	struct csv_cell c;
	const char *p = s, *q;
	size_t cols = r->in.cols;

	for (size_t i = 0;; p++) {
		bool here = a < last && a->from == i;

		if (here && (a + 1 == last || a[1].from != i) &&
		    (t->col[a->to].type == COL_FLOAT64 ||
		    t->col[a->to].type == COL_FLOAT32) && !r->na.numeric &&
		    (q = quick(r, &t->col[a->to], row, p,
		    r->buf + r->len)) != NULL) {
			p = q;
			a++;
		} else {
			if ((p = csv_cell(f, p, end, &c)) == NULL)
				return err_set(e, ERR_FORMAT, "broken quotes "
				    "in column '%s'", r->in.names[i]);
			for (; a < last && a->from == i; a++)
				if (builder_set_cell(&r->block, a->to, row, &c,
				    &r->na, &r->scratch, e) != 0)
					return -1;
		}
		i++;
		if (*p == f->eol || i == cols)
			return *p == f->eol && i == cols ? 0 :
			    ragged(r, i, p, end, e);
	}
}

static int
read_json_row(struct table_reader *r, size_t row, const char *s,
    const char *end, struct err *e)
{
	struct json_pull p;
	enum json_token t;
	int rc = -1;

	json_pull_init(&p, s, (size_t)(end - s), JSON_NAN);
	t = json_pull(&p, e);
	if (t == JSON_BAD)
		goto done;
	if (t != JSON_T_MAP)
		err_set(e, ERR_FORMAT, "not a JSON object");
	else if (members_read(&r->members, &r->block, row, &p, &r->na, e) == 0)
		rc = json_pull(&p, e) == JSON_BAD ? -1 : 0;
done:
	json_pull_free(&p);
	return rc;
}

/* Optional columns that the CSV does not have. */
static void
blank_absent(struct table_reader *r, size_t rows)
{
	for (size_t i = 0; i < r->block.n_want; i++) {
		if (r->in.format != TABLE_CSV || r->there[i])
			continue;
		for (size_t row = 0; row < rows; row++)
			column_set_missing(&r->block.t->col[i], row);
	}
}

static int
read_row(struct table_reader *r, size_t row, const char *s, const char *end,
    struct err *e)
{
	int rc = r->in.format == TABLE_CSV ? read_csv_row(r, row, s, end, e) :
	    read_json_row(r, row, s, end, e);

	if (rc != 0)
		return err_wrap(e, "%s: line %llu", r->in.name,
		    (unsigned long long)r->line);
	r->lines[row] = r->line;
	r->line += r->in.format == TABLE_CSV ?
	    lines_in(&r->in.form, s, end) : 1;
	return 0;
}

int
table_reader_next(struct table **block, struct table_reader *r, struct err *e)
{
	const char *s, *end;
	size_t rows = 0;
	int k = 0;

	if (r->failed) {
		*e = r->failure;
		return -1;
	}
	builder_clear(&r->block);
	r->first_row = r->row + 1;
	if (!r->eof && !r->eager && r->len - r->at < r->room / 2 &&
	    fill(r, &r->failure) != 0)
		r->failed = true;
	while (!r->failed && rows < r->block_rows) {
		k = next_record(r, &s, &end, rows == 0, &r->failure);
		if (k == 0)
			break;
		if (k < 0 || read_row(r, rows, s, end, &r->failure) != 0)
			r->failed = true;
		else
			rows++;
	}
	if (rows == 0) {
		if (!r->failed)
			return 0;
		*e = r->failure;
		return -1;
	}
	blank_absent(r, rows);
	r->row += rows;
	*block = builder_done(&r->block, rows);
	return 1;
}

const char *const *
table_reader_names(const struct table_reader *r, size_t *n)
{
	*n = r->in.cols;
	return (const char *const *)r->in.names;
}

enum table_format
table_reader_format(const struct table_reader *r)
{
	return r->in.format;
}

bool
table_reader_has(const struct table_reader *r, size_t i)
{
	return r->in.format == TABLE_JSONL ? r->members.ever[i] : r->there[i];
}

const char *
table_reader_other(const struct table_reader *r, size_t i)
{
	return r->in.format == TABLE_JSONL && i <
	    intern_count(r->members.other) ? intern_text(r->members.other,
	    (uint32_t)i, NULL) : NULL;
}

uint64_t
table_reader_first_row(const struct table_reader *r)
{
	return r->first_row;
}

uint64_t
table_reader_line(const struct table_reader *r, size_t row)
{
	return r->lines[row];
}
