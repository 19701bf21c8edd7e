/* The rows that differ, run by run, put in order of their place. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rowdiff/internal.h"

struct cursor {				/* in one run */
	size_t run, chunk, at;
	struct spill_room room;
	const char *data;		/* of the chunk */
	struct diff_head h;
};

struct merging {
	struct rowdiff *d;
	struct cursor *cursor;
	size_t *heap, n;		/* cursors, the first one on top */
	struct rowdiff_cell *cell[2];
};

/* 1 with the cursor's next row, 0 at the run's end, -1. */
static int
read_next(struct cursor *c, const struct spill *s, struct err *e)
{
	const struct spill_part *p = &s->part[c->run];

	while (c->chunk < p->n && c->at == p->chunk[c->chunk].used) {
		c->chunk++;
		c->at = 0;
		c->data = NULL;
	}
	if (c->chunk == p->n)
		return 0;
	if (c->data == NULL && (c->data = spill_chunk_data(&c->room, s,
	    c->run, c->chunk, e)) == NULL)
		return -1;
	memcpy(&c->h, c->data + c->at, sizeof(c->h));
	return 1;
}

static bool
comes_before(const struct merging *m, size_t a, size_t b)
{
	return m->cursor[a].h.order < m->cursor[b].h.order;
}

static void
sink_cursor(struct merging *m, size_t i)
{
	size_t k, t;

	while ((k = 2 * i + 1) < m->n) {
		if (k + 1 < m->n && comes_before(m, m->heap[k + 1],
		    m->heap[k]))
			k++;
		if (!comes_before(m, m->heap[k], m->heap[i]))
			return;
		t = m->heap[i];
		m->heap[i] = m->heap[k];
		m->heap[k] = t;
		i = k;
	}
}

static void
decode_row(struct rowdiff_cell *cell, const struct side *s, const char *p)
{
	for (size_t i = 0; i < s->cols; i++)
		p = cell_decode(&cell[i], p);
}

static struct rowdiff_row
row_at(struct merging *m, const struct cursor *c)
{
	const char *p = c->data + c->at + sizeof(c->h);
	struct rowdiff_row r = { .row_old = c->h.row_old,
	    .row_new = c->h.row_new };

	if (r.row_old) {
		decode_row(m->cell[0], &m->d->side[0], p);
		r.old = m->cell[0];
	}
	if (r.row_new) {
		decode_row(m->cell[1], &m->d->side[1], p + c->h.n_old);
		r.new = m->cell[1];
	}
	r.what = r.old == NULL ? ROW_ADDED : r.new == NULL ? ROW_REMOVED :
	    ROW_CHANGED;
	return r;
}

static int
walk_rows(struct merging *m, int (*fn)(void *ctx, const struct rowdiff_row *r,
    struct err *e), void *ctx, struct err *e)
{
	struct rowdiff_row row;
	struct cursor *c;
	int r = 0;

	while (r == 0 && m->n > 0) {
		c = &m->cursor[m->heap[0]];
		row = row_at(m, c);
		if ((r = fn(ctx, &row, e)) != 0)
			break;
		c->at += DIFF_SIZE(&c->h);
		if ((r = read_next(c, &m->d->run, e)) < 0)
			break;
		if (r == 0)
			m->heap[0] = m->heap[--m->n];
		r = 0;
		sink_cursor(m, 0);
	}
	return r;
}

int
rowdiff_each(struct rowdiff *d,
    int (*fn)(void *ctx, const struct rowdiff_row *r, struct err *e),
    void *ctx, struct err *e)
{
	struct merging m = { .d = d };
	size_t runs = d->run.parts;
	int r = 0;

	m.cursor = xalloc(runs + 1, sizeof(*m.cursor));
	m.heap = xalloc(runs + 1, sizeof(*m.heap));
	for (int i = 0; i < 2; i++)
		m.cell[i] = xalloc(d->side[i].cols + 1, sizeof(*m.cell[i]));
	for (size_t i = 0; r >= 0 && i < runs; i++) {
		m.cursor[i].run = i;
		if ((r = read_next(&m.cursor[i], &d->run, e)) > 0)
			m.heap[m.n++] = i;
	}
	if (r >= 0) {
		for (size_t i = m.n / 2; i-- > 0;)
			sink_cursor(&m, i);
		r = walk_rows(&m, fn, ctx, e);
	}
	for (size_t i = 0; i < runs; i++)
		free(m.cursor[i].room.data);
	for (int i = 0; i < 2; i++)
		free(m.cell[i]);
	free(m.heap);
	free(m.cursor);
	return r;
}

bool
rowdiff_cell_changed(const struct rowdiff *d, const struct rowdiff_row *r,
    size_t old, size_t new)
{
	size_t shared = d->side[0].col[old].shared;

	return !cells_equal(&r->old[old], &r->new[new], d->loose[shared]);
}
