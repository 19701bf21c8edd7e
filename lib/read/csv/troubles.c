/*
 * What is wrong with the rows of a CSV file read whole, in one message.
 */
#include "read/csv/internal.h"

#include "table/column_set.h"

static uint64_t
line_of(const struct csv_reading *j, size_t part, const char *at)
{
	uint64_t n = j->in.lines + 1;

	for (size_t i = 0; i < part; i++)
		n += lines_in(&j->in.form, j->piece[i].start, j->piece[i].end);
	return n + lines_in(&j->in.form, j->piece[part].start, at);
}

static int
tell_bad_cell(const struct csv_reading *j, size_t part, const struct bad_row *b,
    struct err *e)
{
	unsigned long long line = line_of(j, part, b->at);
	struct column *c = &j->t->col[b->col];
	struct err why = ERR_INIT;
	struct column one;

	if (b->what == BAD_QUOTE)
		return err_set(e, ERR_FORMAT, "%s: line %llu: broken quotes "
		    "in column '%s'", j->in.name, line, c->name);
	if (column_init(&one, c->name, c->type, 1, e) != 0)
		return -1;
	one.form = c->form;
	column_set_text(&one, 0, b->s, b->n, &why);
	column_release(&one);
	return err_set(e, ERR_FORMAT, "%s: line %llu: column '%s': %s",
	    j->in.name, line, j->in.names[b->col], why.msg);
}

/* Rows of the wrong length, the first few by their lines. */
static int
tell_ragged(const struct csv_reading *j, struct err *e)
{
	struct ragged r = { .in = &j->in };

	for (size_t i = 0; i < j->pieces && r.n <= RAGGED_LISTED; i++)
		for (size_t k = 0; k < j->piece[i].n_bad; k++) {
			const struct bad_row *b = &j->piece[i].bad[k];

			if (b->what == BAD_CELLS)
				ragged_add(&r, line_of(j, i, b->at), b->cells,
				    b->at, j->piece[i].end);
		}
	return ragged_tell(&r, e);
}

/* What is told so far, and the next trouble behind it. */
static void
add_trouble(struct buf *told, const struct csv_reading *j,
    const struct err *e)
{
	buf_addf(told, "%s%s", told->len ? "; " : "", told->len ?
	    behind_name(j->in.name, e->msg) : e->msg);
}

int
csv_tell_bad_rows(const struct csv_reading *j, struct err *e)
{
	size_t told_col[BAD_LISTED], cols = 0, k;
	bool ragged = false, cut = false;
	struct buf told;

	buf_init(&told, BUF_CAP_SMALL);
	for (size_t i = 0; i < j->pieces && !cut; i++) {
		const struct csv_piece *pc = &j->piece[i];

		for (size_t n = 0; n < pc->n_bad && !cut; n++) {
			const struct bad_row *b = &pc->bad[n];
			struct err one = ERR_INIT;

			for (k = 0; k < cols && told_col[k] != b->col; k++)
				;
			if (b->what == BAD_CELLS ? ragged :
			    b->what == BAD_TYPE && k < cols)
				continue;
			cut = cols == BAD_LISTED - 1;
			(void)(b->what == BAD_CELLS ? tell_ragged(j, &one) :
			    tell_bad_cell(j, i, b, &one));
			ragged = ragged || b->what == BAD_CELLS;
			if (b->what == BAD_TYPE && !cut)
				told_col[cols++] = b->col;
			add_trouble(&told, j, &one);
			cut = cut || b->what == BAD_QUOTE;
		}
	}
	for (k = 0; k < cols && cols > 1; k++)
		buf_addf(&told, "%s --type '%s=text'", k ? "" :
		    "; to read them as text:", j->in.names[told_col[k]]);
	if (told.len > 0)
		err_set(e, ERR_FORMAT, "%s", told.data);
	k = told.len;
	buf_free(&told);
	return k > 0 ? -1 : 0;
}
