/*
 * Rows in blocks.  One buffer: what was left is moved to its front, it is
 * filled, and whole records in it become a block; so raw cells can point
 * into it until the next call.
 */
#include "read/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/door/door.h"
#include "read/row_reader.h"
#include "read/sniff.h"

struct table_reader {
	struct source src;		/* the door's */
	bool open;			/* ... is */
	struct sniffed in;
	struct row_reader rows;
	bool eager;
	size_t block_rows;
	struct table_read_opts opts;
	char *buf;			/* one byte more than `room` */
	size_t room, len, at;
	bool eof, ended;
	uint64_t line;			/* of the record at `at` */
	uint64_t row, first_row;	/* rows given; first of the block */
	uint64_t *lines;		/* a row of the block */
	struct sha256 *hash;		/* of what was passed; or NULL */
	size_t hashed;			/* ... of the buffer */
	uint64_t passed;		/* bytes before that */
	bool failed;
	struct err failure;
};

/* At the end of the input its last line gets an end, once. */
static void
end_last_line(struct table_reader *r)
{
	r->ended = r->eof;
	if (r->eof && r->len > 0 && r->buf[r->len - 1] != r->in.form.eol)
		r->buf[r->len++] = r->in.form.eol;
}

/* What lies before the next record is passed, for marks. */
static void
pass(struct table_reader *r)
{
	if (r->hash != NULL)
		sha256_add(r->hash, r->buf + r->hashed, r->at - r->hashed);
	r->passed += r->at - r->hashed;
	r->hashed = r->at;
}

/* Fill the buffer: until full, or with what is there when eager. */
static int
fill_buffer(struct table_reader *r, struct err *e)
{
	int64_t got;

	if (r->at > 0) {
		pass(r);
		r->hashed = 0;
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
	    source_read(&r->src, r->buf + r->len, r->room - r->len, e) :
	    source_read_full(&r->src, r->buf + r->len, r->room - r->len, e);
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
next_record(struct table_reader *r, struct record *rec, bool wait,
    struct err *e)
{
	for (;;) {
		const char *from = r->buf + r->at, *stop = r->buf + r->len;
		const char *next = r->at < r->len ?
		    record_end(r, from, stop) : NULL;

		if (next != NULL) {
			r->at = (size_t)(next - r->buf);
			*rec = (struct record){ .s = from, .end = next,
			    .limit = stop, .line = r->line };
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
		if (fill_buffer(r, e) != 0)
			return -1;
	}
}

/* ---- opening ---- */

static int
open_csv(struct table_reader *r, struct err *e)
{
	struct record first;
	int k;

	if ((k = next_record(r, &first, true, e)) < 0)
		return -1;
	if (k == 0)
		first.s = first.end = r->buf;
	r->in.lines = r->line - 1;
	if (sniff_header(&r->in, first.s, first.end, &r->opts, e) != 0)
		return -1;
	if (k != 0 && r->in.body == first.s)	/* it was a row already */
		r->at = (size_t)(first.s - r->buf);
	else
		r->line = r->in.lines + 1;
	return row_reader_bind_csv(&r->rows, e);
}

static int
open_jsonl(struct table_reader *r, struct err *e)
{
	struct record first;
	int k = 0;

	if (r->rows.keep_all && (k = next_record(r, &first, true, e)) < 0)
		return -1;
	if (k > 0)
		r->at = (size_t)(first.s - r->buf);
	return row_reader_bind_jsonl(&r->rows, k > 0 ? &first : NULL, e);
}

/* The same bytes found to be of another form are others. */
static void
add_form(struct table_reader *r)
{
	const char how[] = { r->in.format == TABLE_CSV, r->in.header };

	pass(r);
	sha256_add(r->hash, how, sizeof(how));
	sha256_add(r->hash, &r->in.form, sizeof(r->in.form));
}

/* Go on behind a mark. */
static int
pass_over(struct table_reader *r, const struct table_mark *to, struct err *e)
{
	uint8_t digest[SHA256_BYTES];
	bool same = r->passed + r->at - r->hashed <= to->bytes;

	while (same) {
		uint64_t left = to->bytes - r->passed + r->hashed - r->at;
		size_t here = r->len - r->at;

		r->at += left < here ? (size_t)left : here;
		pass(r);
		if (left <= here)
			break;
		same = !r->eof;
		if (same && fill_buffer(r, e) != 0)
			return -1;
	}
	if (same) {
		sha256_peek(r->hash, digest);
		same = memcmp(digest, to->digest, sizeof(digest)) == 0;
	}
	r->row = to->rows;
	r->line = to->lines + 1;
	return same ? 0 : err_set(e, ERR_MOVED, "%s is not what it was",
	    r->in.name);
}

/* Enough bytes to tell what this is: a whole line behind those that are
 * passed over, or the end. */
static int
fill_first(struct table_reader *r, struct err *e)
{
	static const struct csv_form form = { ',', '\n', '"' };
	uint64_t skip = r->opts.skip, lines;

	do {
		if (fill_buffer(r, e) != 0)
			return -1;
		lines = lines_in(&form, r->buf, r->buf + r->len);
	} while (!r->eof && (lines < skip || (lines == skip &&
	    r->len < SNIFF_BUFFER)));
	return 0;
}

int
table_reader_open(struct table_reader **out, struct source *src,
    const struct table_reader_opts *o, struct err *e)
{
	struct table_reader *r = xalloc(1, sizeof(*r));

	r->opts = o->read;
	if (r->opts.name == NULL)
		r->opts.name = src->name;
	r->eager = o->eager;
	r->block_rows = o->block_rows ? o->block_rows : TABLE_BLOCK_ROWS;
	r->lines = xalloc(r->block_rows, sizeof(*r->lines));
	r->room = SNIFF_BUFFER;
	r->buf = mem_zeroed(r->room + 2, 1);
	r->line = 1;
	r->hash = o->marks ? sha256_new() : NULL;
	r->ended = true;		/* until the line end is known */
	r->in.name = r->opts.name != NULL ? r->opts.name : "input";
	if (row_reader_init(&r->rows, &r->in, o, r->block_rows, e) != 0)
		goto fail;
	if (door_source(&r->src, &r->opts, src, e) != 0)
		goto fail;
	r->open = true;
	if (r->buf == NULL) {
		err_set(e, ERR_NOMEM, "no memory to read %s", r->in.name);
		goto fail;
	}
	if (fill_first(r, e) != 0 ||
	    sniff_input(&r->in, r->buf, r->len, &r->opts, e) != 0)
		goto fail;
	r->at = (size_t)(r->in.body - r->buf);
	r->line = r->in.lines + 1;
	end_last_line(r);
	if ((r->in.format == TABLE_JSONL ? open_jsonl(r, e) :
	    open_csv(r, e)) != 0)
		goto fail;
	if (r->hash != NULL)
		add_form(r);
	if (o->after != NULL && pass_over(r, o->after, e) != 0)
		goto fail;
	if (r->rows.builder.room < r->block_rows)
		r->block_rows = r->rows.builder.room;
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
	if (r->open)
		source_close(&r->src);
	row_reader_release(&r->rows);
	sniffed_release(&r->in);
	sha256_free(r->hash);
	free(r->buf);
	free(r->lines);
	free(r);
}

/* ---- rows ---- */

int
table_reader_next(struct table **block, struct table_reader *r, struct err *e)
{
	struct record rec;
	size_t rows = 0;
	int k = 0;

	if (r->failed) {
		*e = r->failure;
		return -1;
	}
	builder_clear(&r->rows.builder);
	r->first_row = r->row + 1;
	if (!r->eof && !r->eager && r->len - r->at < r->room / 2 &&
	    fill_buffer(r, &r->failure) != 0)
		r->failed = true;
	while (!r->failed && rows < r->block_rows) {
		k = next_record(r, &rec, rows == 0, &r->failure);
		if (k == 0)
			break;
		if (k < 0 || row_reader_read(&r->rows, rows, &rec,
		    &r->failure) != 0) {
			r->failed = true;
			break;
		}
		r->lines[rows++] = rec.line;
		r->line += r->in.format == TABLE_CSV ?
		    lines_in(&r->in.form, rec.s, rec.end) : 1;
	}
	if (rows == 0) {
		if (!r->failed)
			return 0;
		*e = r->failure;
		return -1;
	}
	r->row += rows;
	pass(r);
	*block = row_reader_done(&r->rows, rows);
	return 1;
}

const char *const *
table_reader_names(const struct table_reader *r, size_t *n)
{
	*n = r->in.cols;
	return (const char *const *)r->in.names;
}

uint64_t
table_reader_forgiven(const struct table_reader *r)
{
	return r->rows.builder.forgiven;
}

enum table_format
table_reader_format(const struct table_reader *r)
{
	return r->in.format;
}

bool
table_reader_has(const struct table_reader *r, size_t i)
{
	return row_reader_has(&r->rows, i);
}

const char *
table_reader_other(const struct table_reader *r, size_t i)
{
	return row_reader_other(&r->rows, i);
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

void
table_reader_mark(struct table_mark *m, const struct table_reader *r)
{
	*m = (struct table_mark){ .bytes = r->passed, .rows = r->row,
	    .lines = r->line - 1 };
	if (r->hash != NULL)
		sha256_peek(r->hash, m->digest);
}
