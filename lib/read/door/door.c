/* Tables that are not text, made text: of bytes in memory, of a source. */
#include "read/door/door.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "parquet/parquet.h"
#include "read/parquet/whole.h"

#define PEEK 8			/* bytes that tell what it is */
#define PIECE ((size_t)1 << 20)

/* The options of the CSV that we make. */
static void
own_form(struct table_read_opts *o)
{
	o->format = TABLE_CSV;
	o->likely = TABLE_AUTO;
	o->skip = 0;
	o->delimiter = ',';
	o->quote = o->escape = o->comment = '\0';
	o->no_quote = false;
	o->header = TABLE_HEADER_YES;
	o->columns = NULL;
	o->n_columns = 0;
}

int
door_parquet(const char *bytes, size_t n, const struct table_read_opts *o,
    const char *name, struct err *e)
{
	if (parquet_is(bytes, n))
		return !o->text && (o->format == TABLE_AUTO ||
		    o->format == TABLE_PARQUET);
	return o->format != TABLE_PARQUET ? 0 : err_set(e, ERR_CORRUPT,
	    "%s: this is no Parquet", name ? name : "input");
}

/* ---- bytes ---- */

static int
read_parquet(struct door *d, const char *bytes, size_t n, struct err *e)
{
	struct parquet_rows *rows = NULL;
	struct buf out;
	int r;

	buf_init(&out, BUF_CAP_DATA);
	if ((r = parquet_rows_open(&rows, bytes, n, &d->o, e)) == 0)
		while ((r = parquet_rows_next(rows, &out, e)) > 0)
			;
	parquet_rows_close(rows);
	if (r == 0) {
		d->owned = buf_detach(&out, &d->n);
		d->bytes = d->owned;
		own_form(&d->o);
	}
	buf_free(&out);
	return r;
}

int
door_open(struct door *d, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	static const struct table_read_opts plain;
	int r;

	*d = (struct door){ .bytes = bytes, .n = n, .o = o ? *o : plain };
	r = door_parquet(bytes, n, &d->o, d->o.name, e);
	return r > 0 ? read_parquet(d, bytes, n, e) : r;
}

void
door_close(struct door *d)
{
	free(d->owned);
	d->owned = NULL;
}

/* ---- a source ---- */

struct door_source {
	struct source *in;
	char first[PEEK];		/* bytes looked at */
	size_t n, at;			/* how many; given of them */
	struct buf file, text;		/* Parquet: all of it; rows */
	size_t text_at;
	struct parquet_rows *rows;
};

static int64_t
read_plain(void *ctx, void *p, size_t n, struct err *e)
{
	struct door_source *d = ctx;
	size_t k = d->n - d->at < n ? d->n - d->at : n;

	if (k == 0)
		return source_read(d->in, p, n, e);
	memcpy(p, d->first + d->at, k);
	d->at += k;
	return (int64_t)k;
}

static int64_t
read_rows(void *ctx, void *p, size_t n, struct err *e)
{
	struct door_source *d = ctx;
	size_t k;
	int r;

	while (d->text_at == d->text.len) {
		buf_clear(&d->text);
		d->text_at = 0;
		if ((r = parquet_rows_next(d->rows, &d->text, e)) <= 0)
			return r;
	}
	k = d->text.len - d->text_at;
	k = k < n ? k : n;
	memcpy(p, d->text.data + d->text_at, k);
	d->text_at += k;
	return (int64_t)k;
}

static void
close_source(void *ctx)
{
	struct door_source *d = ctx;

	parquet_rows_close(d->rows);
	buf_free(&d->file);
	buf_free(&d->text);
	free(d);
}

/* Could these be the first bytes of something that is not text? */
static bool
may_be_packed(const char *s, size_t n)
{
	return n < 5 && memcmp(s, "PAR1", n < 4 ? n : 4) == 0;
}

static int
peek_source(struct door_source *d, struct err *e)
{
	int64_t got;

	do {
		got = source_read(d->in, d->first + d->n, PEEK - d->n, e);
		if (got < 0)
			return -1;
		d->n += (size_t)got;
	} while (got > 0 && d->n < PEEK && may_be_packed(d->first, d->n));
	return 0;
}

static int
read_whole(struct door_source *d, struct err *e)
{
	int64_t got;
	char *to;

	buf_add(&d->file, d->first, d->n);
	do {
		if ((to = buf_reserve(&d->file, PIECE)) == NULL)
			return buf_check(&d->file, e);
		if ((got = source_read(d->in, to, PIECE, e)) < 0)
			return -1;
		buf_grew(&d->file, (size_t)got);
	} while (got > 0);
	return 0;
}

int
door_source(struct source *out, struct table_read_opts *o, struct source *in,
    struct err *e)
{
	struct door_source *d = xalloc(1, sizeof(*d));
	int parquet;

	d->in = in;
	buf_init(&d->file, BUF_CAP_DATA);
	buf_init(&d->text, BUF_CAP_DATA);
	if (peek_source(d, e) != 0)
		goto fail;
	*out = (struct source){ read_plain, close_source, d, in->name };
	if ((parquet = door_parquet(d->first, d->n, o, o->name, e)) < 0)
		goto fail;
	if (parquet) {
		if (read_whole(d, e) != 0 || parquet_rows_open(&d->rows,
		    d->file.data, d->file.len, o, e) != 0)
			goto fail;
		out->read = read_rows;
		own_form(o);
	}
	return 0;
fail:
	close_source(d);
	return -1;
}
