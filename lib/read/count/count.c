/*
 * Rows counted as they pass: most by their delimiters alone, those with quotes
 * cell by cell.  A row cut by the end of the bytes given is kept until its rest
 * comes.
 */
#include "read/count/count.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "read/count/lines.h"
#include "read/door/door.h"
#include "read/sniff.h"

#define CUT_MAX ((size_t)1 << 24)	/* a longer row is for others */
#define REST_LEAST ((size_t)1 << 12)

struct row_count {
	const struct table_read_opts *o;
	struct buf first;	/* what the form and the names were told by */
	struct sniffed in;
	bool open, unknown;
	struct buf cut;		/* a row whose end has not come */
	uint64_t rows;
};

struct row_count *
row_count_new(const struct table_read_opts *o)
{
	struct row_count *c = xalloc(1, sizeof(*c));

	c->o = o;
	/* the last piece may be larger than what is looked at */
	buf_init(&c->first, BUF_CAP_DATA);
	buf_init(&c->cut, 2 * CUT_MAX);
	return c;
}

void
row_count_free(struct row_count *c)
{
	if (c == NULL)
		return;
	sniffed_release(&c->in);
	buf_free(&c->first);
	buf_free(&c->cut);
	free(c);
}

/* Form and names by the first bytes; where the rows begin, or NULL. */
static const char *
look_at_first(struct row_count *c, const struct table_read_opts *o)
{
	const char *s = c->first.data, *stop = s + SNIFF_BUFFER, *end;
	const struct csv_form *f = &c->in.form;
	struct err ignored = ERR_INIT;

	sniffed_release(&c->in);
	if (sniff_input(&c->in, s, SNIFF_BUFFER, o, &ignored) != 0 ||
	    c->in.format != TABLE_CSV)
		return NULL;
	s = c->in.body;
	while ((end = csv_record(f, s, stop)) != NULL && line_blank(f, s))
		s = end;
	if (end == NULL || sniff_header(&c->in, s, end, o, &ignored) != 0)
		return NULL;
	return c->in.body;
}

/* Is it CSV whose rows can be told by delimiters and quotes? */
static bool
is_simple(const struct csv_form *f)
{
	return f->escape == '\0' && f->comment == '\0' &&
	    f->delimiter != f->eol && f->delimiter != f->quote &&
	    f->quote != f->eol && strchr(" \r\n", f->delimiter) == NULL;
}

/* The row at s, cell by cell, as a row_reader does: where the next one
 * begins, or NULL when its end is not there, or it is none. */
static const char *
count_row(struct row_count *c, const char *s, const char *stop)
{
	const struct csv_form *f = &c->in.form;
	const char *end = csv_record(f, s, stop), *p = s;
	struct csv_cell cell;

	if (end == NULL || line_blank(f, s))
		return end;
	for (size_t i = 1;; i++, p++) {
		if ((p = csv_cell(f, p, end, &cell)) == NULL ||
		    (*p == f->eol) != (i == c->in.cols)) {
			c->unknown = true;
			return NULL;
		}
		if (i == c->in.cols)
			break;
	}
	c->rows++;
	return end;
}

/* From the beginning of a row; what is left begins one, too. */
static const char *
count_rows(struct row_count *c, const char *p, const char *end)
{
	const char *next;

	while (p < end) {
		if (c->in.cols > 1)
			p = lines_count_plain(&c->rows, &c->in.form,
			    c->in.cols, p, end);
		if (p == end || (next = count_row(c, p, end)) == NULL)
			break;
		p = next;
	}
	return p;
}

/* The rest of the row that was cut, at the beginning of n bytes: how many of
 * them it took. */
static size_t
join_cut(struct row_count *c, const char *p, size_t n)
{
	size_t taken = 0;
	const char *next;

	while (c->cut.len > 0 && taken < n && !c->unknown) {
		size_t before = c->cut.len;
		size_t more = before < REST_LEAST ? REST_LEAST : before;

		more = more < n - taken ? more : n - taken;
		buf_add(&c->cut, p + taken, more);
		taken += more;
		next = count_row(c, c->cut.data, c->cut.data + c->cut.len);
		if (next != NULL) {
			taken -= c->cut.len - (size_t)(next - c->cut.data);
			buf_clear(&c->cut);
		}
		c->unknown = c->unknown || c->cut.len > CUT_MAX;
	}
	return taken;
}

static void
count_bytes(struct row_count *c, const char *p, size_t n)
{
	const char *end = p + n;

	p += join_cut(c, p, n);
	if (c->unknown || p == end)
		return;
	p = count_rows(c, p, end);
	buf_add(&c->cut, p, (size_t)(end - p));
	c->unknown = c->unknown || c->cut.len > CUT_MAX || c->cut.failed;
}

static void
open_count(struct row_count *c)
{
	struct table_read_opts quiet = *c->o;
	const char *body;

	c->open = true;
	quiet.log = NULL;
	c->unknown = quiet.skip > 0 || door_is_packed(c->first.data,
	    c->first.len, &quiet) || door_parquet(c->first.data, c->first.len,
	    &quiet, NULL, &(struct err)ERR_INIT) != 0 ||
	    (body = look_at_first(c, &quiet)) == NULL ||
	    !is_simple(&c->in.form);
	if (!c->unknown)
		count_bytes(c, body, c->first.len - (size_t)(body -
		    c->first.data));
}

void
row_count_add(struct row_count *c, const void *p, size_t n)
{
	if (c->unknown)
		return;
	if (c->open) {
		count_bytes(c, p, n);
		return;
	}
	buf_add(&c->first, p, n);
	c->unknown = c->first.failed;
	if (c->first.len >= SNIFF_BUFFER && !c->unknown)
		open_count(c);
}

bool
row_count_done(uint64_t *rows, const char *const **names, size_t *n,
    struct row_count *c)
{
	if (!c->open || c->unknown)
		return false;
	if (c->cut.len > 0) {
		const char *end;

		/* a last line without an end, or an open quote */
		buf_addc(&c->cut, c->in.form.eol);
		end = c->cut.data + c->cut.len;
		if (c->cut.failed || count_rows(c, c->cut.data, end) != end)
			return false;
		buf_clear(&c->cut);
	}
	/* now that it is sure, what was put right is told */
	(void)look_at_first(c, c->o);
	*rows = c->rows;
	*names = (const char *const *)c->in.names;
	*n = c->in.cols;
	return true;
}
