/*
 * A table filled row by row, emptied, and filled again.
 */
#include "read/builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/cell.h"
#include "table/column_set.h"

static int
add_column(struct column *c, const char *name, enum col_type type,
    size_t room, struct err *e)
{
	if (column_init(c, name, type, room, e) != 0)
		return -1;
	return column_track_missing(c, e);
}

int
builder_init(struct builder *b, const struct table_want *want, size_t n_want,
    const char *const *keep, size_t n_keep, size_t room, struct err *e)
{
	memset(b, 0, sizeof(*b));
	b->t = table_new(n_want);
	b->want = xalloc(n_want + 1, sizeof(*b->want));
	b->n_want = n_want;
	b->room = room;
	for (size_t i = 0; i < n_want; i++) {
		b->want[i] = want[i];
		if (add_column(&b->t->col[i], want[i].name, want[i].type,
		    room, e) != 0)
			return -1;
		b->want[i].name = b->t->col[i].name;
	}
	for (size_t i = 0; i < n_keep; i++)
		if (builder_keep(b, keep[i], e) != 0)
			return -1;
	return 0;
}

int
builder_keep(struct builder *b, const char *name, struct err *e)
{
	struct table *t = b->t;

	t->col = xresize(t->col, t->cols + 1, sizeof(*t->col));
	memset(&t->col[t->cols], 0, sizeof(*t->col));
	if (add_column(&t->col[t->cols], name, COL_RAW, b->room, e) != 0)
		return -1;
	t->cols++;
	b->n_keep++;
	return 0;
}

int
builder_grow(struct builder *b, size_t room, struct err *e)
{
	for (size_t i = 0; i < b->t->cols; i++)
		if (column_grow(&b->t->col[i], room, e) != 0)
			return -1;
	b->room = room;
	return 0;
}

void
builder_clear(struct builder *b)
{
	for (size_t i = 0; i < b->t->cols; i++)
		column_clear(&b->t->col[i], COLUMN_DICT_MAX);
	b->t->rows = 0;
	if (b->text.block != NULL)
		arena_free(&b->text);
}

struct table *
builder_done(struct builder *b, size_t rows)
{
	b->t->rows = rows;
	for (size_t i = 0; i < b->t->cols; i++)
		b->t->col[i].rows = rows;
	return b->t;
}

void
builder_release(struct builder *b)
{
	table_free(b->t);
	free(b->want);
	arena_free(&b->text);
}

int
builder_set_cell(struct builder *b, size_t to, size_t row,
    const struct csv_cell *c, const struct na_words *na, struct buf *scratch,
    struct err *e)
{
	struct column *col = &b->t->col[to];
	const char *s = c->s;
	size_t n = c->n;
	char *copy;

	if (col->type == COL_RAW) {
		struct raw_cell *raw = &col->raw[row];

		*raw = (struct raw_cell){ .s = n == 0 && !c->quoted ? NULL : s,
		    .n = (uint32_t)n, .quoted = c->quoted };
		if (to < b->n_want && cell_missing(na, c))
			raw->s = NULL;
		if (!c->escaped || raw->s == NULL)
			return 0;
		buf_clear(scratch);
		csv_unescape(scratch, c);
		if ((copy = arena_try(&b->text, scratch->len + 1)) == NULL)
			return err_set(e, ERR_NOMEM, "no memory for a block of "
			    "rows");
		memcpy(copy, scratch->data, scratch->len);
		raw->s = copy;
		raw->n = (uint32_t)scratch->len;
		return 0;
	}
	if (cell_missing(na, c)) {
		column_set_missing(col, row);
		return 0;
	}
	if (col->type == COL_FLOAT64 && col->form == FORM_PLAIN &&
	    cell_quick_float(c, &col->f64[row]))
		return 0;
	if (c->escaped) {
		buf_clear(scratch);
		csv_unescape(scratch, c);
		s = scratch->data;
		n = scratch->len;
	}
	if (column_set_text(col, row, s, n, e) == 0)
		return 0;
	return builder_refuse(b, to, row, e);
}

int
builder_refuse(struct builder *b, size_t col, size_t row, struct err *e)
{
	struct column *c = &b->t->col[col];

	if (!b->forgive || e->code != ERR_FORMAT)
		return err_wrap(e, "column '%s'", c->name);
	*e = (struct err)ERR_INIT;
	column_set_missing(c, row);
	b->forgiven++;
	return 0;
}
