/* Tables that are not text, made text: of bytes in memory, of a source. */
#include "read/door/door.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "parquet/parquet.h"
#include "read/door/archive.h"
#include "read/door/stages.h"
#include "read/parquet/rows.h"

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

/* ---- packed, or in another encoding ---- */

/* What gzip or Zstandard packed, with the first bytes then. */
static int
peel(struct source *s, char first[STAGE_PEEK], size_t *n, struct err *e)
{
	enum stage_packing packing = stage_packing_of(first, *n);

	if (packing == STAGE_PLAIN)
		return 0;
	stage_unpack(s, packing);
	return stage_peek(s, first, n, e);
}

/* Behind all that must be unpacked and recoded, with its first bytes. */
static int
unpack_source(struct source *out, char first[STAGE_PEEK], size_t *n,
    struct table_read_opts *o, struct source *in, struct err *e)
{
	*out = *in;
	out->close = NULL;		/* it is borrowed */
	if (stage_peek(out, first, n, e) != 0)
		return -1;
	if (o->text)
		return 0;
	if (peel(out, first, n, e) != 0)
		return -1;
	if (archive_is(first, *n)) {
		if (stage_archive(out, o->member, o->folder, e) != 0 ||
		    stage_peek(out, first, n, e) != 0 ||
		    peel(out, first, n, e) != 0)
			return -1;
	} else if (o->member != NULL) {
		source_close(out);
		return err_set(e, ERR_USAGE, "%s: no zip or tar archive, so "
		    "no '%s' in it", o->name ? o->name : "input", o->member);
	}
	o->member = NULL;
	if (o->encoding == NULL && stage_utf16(first, *n) == NULL)
		return 0;
	if (parquet_is(first, *n))	/* that is UTF-8 */
		return 0;
	if (stage_recode(out, o->encoding, e) != 0)
		return -1;
	o->encoding = NULL;
	return stage_peek(out, first, n, e);
}

static int
read_all(struct buf *to, struct source *from, struct err *e)
{
	int64_t got;
	char *at;

	do {
		if ((at = buf_reserve(to, PIECE)) == NULL)
			return buf_check(to, e);
		if ((got = source_read(from, at, PIECE, e)) < 0)
			return -1;
		buf_grew(to, (size_t)got);
	} while (got > 0);
	return 0;
}

bool
door_is_packed(const char *bytes, size_t n, const struct table_read_opts *o)
{
	return !o->text && (o->encoding != NULL || o->member != NULL ||
	    stage_utf16(bytes, n) || archive_is(bytes, n) ||
	    stage_packing_of(bytes, n) != STAGE_PLAIN);
}

int
door_unpack(struct buf *out, struct table_read_opts *o, const char *bytes,
    size_t n, struct err *e)
{
	struct source in = source_memory(bytes, n, o->name ? o->name :
	    "input"), from;
	char first[STAGE_PEEK];
	size_t peeked;
	int r;

	r = unpack_source(&from, first, &peeked, o, &in, e);
	if (r == 0) {
		r = read_all(out, &from, e);
		source_close(&from);
		o->encoding = o->member = NULL;
	}
	source_close(&in);
	return r;
}

/* ---- bytes ---- */

static int
read_parquet(struct door *d, const char *bytes, size_t n, struct err *e)
{
	struct typed_rows rows;
	struct source from;
	struct buf out;
	int r;

	if (parquet_rows_open(&rows, bytes, n, &d->o, e) != 0)
		return -1;
	buf_init(&out, BUF_CAP_DATA);
	from = typed_source(&rows, d->o.name);
	r = read_all(&out, &from, e);
	source_close(&from);
	if (r == 0) {
		d->owned = buf_detach(&out, &d->n);
		d->bytes = d->owned;
		own_form(&d->o);
	}
	buf_free(&out);
	return r;
}

/* What was unpacked is ours, and may be Parquet. */
static int
open_packed(struct door *d, struct err *e)
{
	struct buf text;
	char *mine;
	int r;

	buf_init(&text, BUF_CAP_DATA);
	if (door_unpack(&text, &d->o, d->bytes, d->n, e) != 0) {
		buf_free(&text);
		return -1;
	}
	d->bytes = mine = buf_detach(&text, &d->n);
	r = door_parquet(mine, d->n, &d->o, d->o.name, e);
	if (r == 0) {
		d->owned = mine;
		return 0;
	}
	if (r > 0)
		r = read_parquet(d, mine, d->n, e);
	free(mine);
	return r;
}

int
door_open(struct door *d, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	static const struct table_read_opts plain;
	int r;

	*d = (struct door){ .bytes = bytes, .n = n, .o = o ? *o : plain };
	if (door_is_packed(bytes, n, &d->o))
		return open_packed(d, e);
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

/* The text of a Parquet file that is ours. */
struct parquet_source {
	struct buf file;
	struct source text;
};

static int64_t
read_rows(void *ctx, void *p, size_t n, struct err *e)
{
	struct parquet_source *d = ctx;

	return source_read(&d->text, p, n, e);
}

static void
close_rows(void *ctx)
{
	struct parquet_source *d = ctx;

	source_close(&d->text);
	buf_free(&d->file);
	free(d);
}

/* The rows of the Parquet file that *s gives. */
static int
take_rows(struct source *s, struct table_read_opts *o, struct err *e)
{
	struct parquet_source *d = xalloc(1, sizeof(*d));
	struct typed_rows rows;

	buf_init(&d->file, BUF_CAP_DATA);
	if (read_all(&d->file, s, e) != 0 || parquet_rows_open(&rows,
	    d->file.data, d->file.len, o, e) != 0) {
		buf_free(&d->file);
		free(d);
		return -1;
	}
	d->text = typed_source(&rows, s->name);
	source_close(s);
	*s = (struct source){ read_rows, close_rows, d, s->name };
	own_form(o);
	return 0;
}

int
door_source(struct source *out, struct table_read_opts *o, struct source *in,
    struct err *e)
{
	char first[STAGE_PEEK];
	int parquet;
	size_t n;

	if (unpack_source(out, first, &n, o, in, e) != 0)
		return -1;
	parquet = door_parquet(first, n, o, o->name, e);
	if (parquet == 0 || (parquet > 0 && take_rows(out, o, e) == 0))
		return 0;
	source_close(out);
	return -1;
}
