/* Rows that have types already, and the same as CSV. */
#include "read/typed.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/write.h"

#define PIECE_ROWS 4096

void
typed_rows_want(struct typed_rows *r, const bool *wanted)
{
	r->calls->want(r->ctx, wanted);
}

int
typed_rows_next(struct table **t, struct typed_rows *r, struct err *e)
{
	return r->calls->next(r->ctx, t, e);
}

void
typed_rows_close(struct typed_rows *r)
{
	if (r->calls != NULL)
		r->calls->close(r->ctx);
	*r = (struct typed_rows){ 0 };
}

void
typed_put_header(struct buf *out, const struct typed_rows *r)
{
	for (size_t i = 0; i < r->cols; i++) {
		if (i > 0)
			buf_addc(out, ',');
		csv_quote(out, r->names[i], strlen(r->names[i]));
	}
	buf_addc(out, '\n');
}

void
typed_put_rows(struct buf *out, const struct table *t, size_t from, size_t to)
{
	for (size_t row = from; row < to; row++) {
		for (size_t i = 0; i < t->cols; i++) {
			const struct column *c = &t->col[i];
			size_t n;
			const char *s;

			if (i > 0)
				buf_addc(out, ',');
			if (c->dict == NULL)
				csv_write_value(out, c, row);
			else if ((s = column_text(c, row, &n)) != NULL)
				csv_quote(out, s, n);
		}
		/* a blank line would be no row */
		if (t->cols == 1 && column_missing(&t->col[0], row))
			buf_adds(out, "\"\"");
		buf_addc(out, '\n');
	}
}

/* ---- a source of that text ---- */

struct text {
	struct typed_rows rows;
	const struct table *t;		/* rows [row, t->rows) are to come */
	size_t row;
	struct buf text;
	size_t at;			/* in the text */
	bool header;
};

/* More text: 1, 0 at the end, -1. */
static int
make_text(struct text *x, struct err *e)
{
	struct table *t;
	size_t to;
	int r;

	buf_clear(&x->text);
	x->at = 0;
	if (!x->header) {
		x->header = true;
		typed_put_header(&x->text, &x->rows);
	} else {
		while (x->t == NULL || x->row == x->t->rows) {
			if ((r = typed_rows_next(&t, &x->rows, e)) <= 0)
				return r;
			x->t = t;
			x->row = 0;
		}
		to = x->t->rows - x->row < PIECE_ROWS ? x->t->rows :
		    x->row + PIECE_ROWS;
		typed_put_rows(&x->text, x->t, x->row, to);
		x->row = to;
	}
	return buf_check(&x->text, e) != 0 ? -1 : 1;
}

static int64_t
read_text(void *ctx, void *p, size_t n, struct err *e)
{
	struct text *x = ctx;
	size_t k;
	int r;

	while (x->at == x->text.len)
		if ((r = make_text(x, e)) <= 0)
			return r;
	k = x->text.len - x->at;
	k = k < n ? k : n;
	memcpy(p, x->text.data + x->at, k);
	x->at += k;
	return (int64_t)k;
}

static void
close_text(void *ctx)
{
	struct text *x = ctx;

	typed_rows_close(&x->rows);
	buf_free(&x->text);
	free(x);
}

struct source
typed_source(struct typed_rows *r, const char *name)
{
	struct text *x = xalloc(1, sizeof(*x));

	x->rows = *r;
	*r = (struct typed_rows){ 0 };
	buf_init(&x->text, BUF_CAP_DATA);
	return (struct source){ read_text, close_text, x, name };
}
