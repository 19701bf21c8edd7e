/*
 * Rows of one part, which holds every row of its keys on both sides, paired.
 * Equal ones go first, then, of one key, the next of each side; what is left
 * was added or removed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rowdiff/internal.h"

#define NONE UINT32_MAX

struct entry {
	const struct row_head *h;
	struct hash128 by;		/* by the columns' types */
	uint64_t same;
	uint32_t next;			/* of its chain */
	bool taken;
};

struct matching {			/* one part */
	struct rowdiff *d;
	bool keyed;
	struct entry *v[2];		/* of each side, by row */
	size_t n[2];
	uint32_t *head;			/* chains of v[0] */
	uint64_t mask;
	struct row_line line;
	struct rowdiff_cell *cell[2];	/* (cols) */
	struct diff_pair {
		uint64_t order;
		const struct row_head *old, *new;
	} *pair;
	size_t pairs, room;
	struct rowdiff_total total;
	uint64_t *changed;		/* (n_shared) */
};

static void
decode_cells(struct rowdiff_cell *cell, const struct side *s,
    const struct row_head *h)
{
	const char *p = (const char *)(h + 1);

	for (size_t i = 0; i < s->cols; i++)
		p = cell_decode(&cell[i], p);
}

/* ---- which row is which, now that the columns' types are known ---- */

static struct hash128
hash_typed(struct matching *m, const struct side *s,
    const struct rowdiff_cell *cell, const size_t *col, size_t n)
{
	struct cell_look l;
	size_t room = 0;
	char *to;

	for (size_t k = 0; k < n; k++)
		room += cell[col[k]].n + CELL_HEAD_MAX + NUM_TEXT_MAX;
	to = row_line_room(&m->line, room + 1);
	for (size_t k = 0; k < n; k++) {
		const struct rowdiff_cell *c = &cell[col[k]];

		if (c->s == NULL || !s->loose[s->col[col[k]].shared]) {
			to = cell_encode(to, c->s, c->n);
			continue;
		}
		cell_look(&l, c->s, c->n, false);
		to = cell_encode(to, l.s, l.n);
	}
	return hash128(m->line.s, (size_t)(to - m->line.s));
}

static void
set_entry(struct matching *m, int side, struct entry *t,
    const struct row_head *h)
{
	const struct side *s = &m->d->side[side];
	struct hash128 all;

	*t = (struct entry){ .h = h, .by = h->by, .same = h->same,
	    .next = NONE };
	if ((h->odd & s->strict) == 0)
		return;
	decode_cells(m->cell[side], s, h);
	all = hash_typed(m, s, m->cell[side], s->shared, s->n_shared);
	t->same = all.lo;
	t->by = m->keyed ? hash_typed(m, s, m->cell[side], s->key,
	    s->n_key) : all;
}

static int
list_rows(struct matching *m, int side, struct spill *from, size_t part,
    struct err *e)
{
	const struct spill_part *p = &from->part[part];
	const struct row_head *h;
	size_t room = 0;

	if (spill_load(from, part, e) < 0)
		return -1;
	for (size_t i = 0; i < p->n; i++)
		for (size_t at = 0; at < p->chunk[i].used; at +=
		    ROW_SIZE(h->n)) {
			h = (const void *)(p->chunk[i].data + at);
			if (m->n[side] == room) {
				room = room ? room * 2 : 256;
				m->v[side] = xresize(m->v[side], room,
				    sizeof(struct entry));
			}
			set_entry(m, side, &m->v[side][m->n[side]++], h);
		}
	return 0;
}

/* ---- chains ---- */

static uint64_t
chain_of(const struct matching *m, const struct entry *t, bool whole)
{
	uint64_t h = t->by.lo;

	if (whole)
		h ^= t->same * 0x9e3779b97f4a7c15u;
	return (h ^ h >> 32) & m->mask;
}

static bool
is_match(const struct entry *a, const struct entry *b, bool whole)
{
	return a->by.lo == b->by.lo && a->by.hi == b->by.hi &&
	    (!whole || a->same == b->same);
}

/* The old rows that are not taken, each chain in their order. */
static void
chain_rows(struct matching *m, bool whole)
{
	uint64_t c;

	memset(m->head, 0xff, (m->mask + 1) * sizeof(*m->head));
	for (size_t i = m->n[0]; i-- > 0;) {
		if (m->v[0][i].taken)
			continue;
		c = chain_of(m, &m->v[0][i], whole);
		m->v[0][i].next = m->head[c];
		m->head[c] = (uint32_t)i;
	}
}

/* The first old row that fits, out of its chain; or NULL. */
static struct entry *
take_row(struct matching *m, const struct entry *t, bool whole)
{
	uint32_t *at = &m->head[chain_of(m, t, whole)];
	struct entry *found;

	for (; *at != NONE; at = &m->v[0][*at].next) {
		found = &m->v[0][*at];
		if (!is_match(found, t, whole))
			continue;
		*at = found->next;
		found->taken = true;
		return found;
	}
	return NULL;
}

/* Rows whose key stood in one before them. */
static uint64_t
count_repeated(struct matching *m, int side)
{
	struct entry *v = m->v[side];
	uint64_t c, n = 0;
	uint32_t k;

	memset(m->head, 0xff, (m->mask + 1) * sizeof(*m->head));
	for (size_t i = 0; i < m->n[side]; i++) {
		c = chain_of(m, &v[i], false);
		for (k = m->head[c]; k != NONE; k = v[k].next)
			if (is_match(&v[k], &v[i], false))
				break;
		if (k != NONE) {
			n++;
			continue;
		}
		v[i].next = m->head[c];
		m->head[c] = (uint32_t)i;
	}
	return n;
}

/* ---- what differs ---- */

static void
note_pair(struct matching *m, const struct row_head *old,
    const struct row_head *new)
{
	if (m->pairs == m->room) {
		m->room = m->room ? m->room * 2 : 64;
		m->pair = xresize(m->pair, m->room, sizeof(*m->pair));
	}
	m->pair[m->pairs++] = (struct diff_pair){ new ? new->row * 2 + 1 :
	    old->row * 2, old, new };
}

static void
count_changed(struct matching *m, const struct row_head *old,
    const struct row_head *new)
{
	const struct side *a = &m->d->side[0], *b = &m->d->side[1];

	decode_cells(m->cell[0], a, old);
	decode_cells(m->cell[1], b, new);
	for (size_t i = 0; i < a->n_shared; i++)
		m->changed[i] += !cells_equal(&m->cell[0][a->shared[i]],
		    &m->cell[1][b->shared[i]], m->d->loose[i]);
}

static void
match_rows(struct matching *m)
{
	struct entry *found;

	if (m->keyed) {
		m->total.repeated_old = count_repeated(m, 0);
		m->total.repeated_new = count_repeated(m, 1);
	}
	for (int pass = 0; pass <= m->keyed; pass++) {
		chain_rows(m, pass == 0);
		for (size_t i = 0; i < m->n[1]; i++) {
			struct entry *t = &m->v[1][i];

			if (t->taken || (found = take_row(m, t,
			    pass == 0)) == NULL)
				continue;
			t->taken = true;
			m->total.rows_moved |= found->h->row != t->h->row;
			if (pass == 0)
				continue;
			m->total.changed++;
			count_changed(m, found->h, t->h);
			note_pair(m, found->h, t->h);
		}
	}
	for (size_t i = 0; i < m->n[1]; i++)
		if (!m->v[1][i].taken) {
			m->total.added++;
			note_pair(m, NULL, m->v[1][i].h);
		}
	for (size_t i = 0; i < m->n[0]; i++)
		if (!m->v[0][i].taken) {
			m->total.removed++;
			note_pair(m, m->v[0][i].h, NULL);
		}
}

static int
by_order(const void *a, const void *b)
{
	const struct diff_pair *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

/* What differs becomes a run of its own. */
static int
write_run(struct matching *m, struct err *e)
{
	struct spill *s = &m->d->run;
	struct diff_head h;
	size_t run;
	char *at;

	if (m->pairs == 0)
		return 0;
	qsort(m->pair, m->pairs, sizeof(*m->pair), by_order);
	run = spill_more(s);
	for (size_t i = 0; i < m->pairs; i++) {
		const struct diff_pair *p = &m->pair[i];

		h = (struct diff_head){ p->order, p->old ? p->old->row : 0,
		    p->new ? p->new->row : 0, p->old ? p->old->n : 0,
		    p->new ? p->new->n : 0 };
		if (spill_add(&at, s, run, DIFF_SIZE(&h), e) < 0)
			return -1;
		memcpy(at, &h, sizeof(h));
		at += sizeof(h);
		if (p->old)
			memcpy(at, p->old + 1, h.n_old);
		if (p->new)
			memcpy(at + h.n_old, p->new + 1, h.n_new);
	}
	return 0;
}

static void
add_total(struct rowdiff *d, const struct matching *m)
{
	struct rowdiff_total *t = &d->total;

	t->added += m->total.added;
	t->removed += m->total.removed;
	t->changed += m->total.changed;
	t->repeated_old += m->total.repeated_old;
	t->repeated_new += m->total.repeated_new;
	t->rows_moved |= m->total.rows_moved;
	for (size_t i = 0; i < d->side[0].n_shared; i++)
		d->changed[i] += m->changed[i];
}

static int
match_small(struct rowdiff *d, struct spill *const from[2], size_t part,
    struct err *e)
{
	struct matching m = { .d = d, .keyed = d->side[0].n_key > 0 };
	int r = 0;

	m.changed = xalloc(d->side[0].n_shared + 1, sizeof(*m.changed));
	for (int i = 0; r == 0 && i < 2; i++) {
		m.cell[i] = xalloc(d->side[i].cols + 1, sizeof(*m.cell[i]));
		r = list_rows(&m, i, from[i], part, e);
	}
	if (r == 0 && (m.n[0] >= NONE || m.n[1] >= NONE))
		r = err_set(e, ERR_TOOBIG, "too many rows of one key");
	if (r == 0) {
		for (m.mask = 15; m.mask + 1 < m.n[0] || m.mask + 1 <
		    m.n[1];)
			m.mask = m.mask * 2 + 1;
		m.head = xalloc((size_t)m.mask + 1, sizeof(*m.head));
		match_rows(&m);
		mutex_lock(&d->lock);
		add_total(d, &m);
		r = write_run(&m, e);
		mutex_unlock(&d->lock);
	}
	for (int i = 0; i < 2; i++) {
		spill_forget(from[i], part);
		free(m.v[i]);
		free(m.cell[i]);
	}
	free(m.head);
	free(m.line.s);
	free(m.pair);
	free(m.changed);
	return r;
}

/* ---- parts that are too large ---- */

static int
deal_again(struct spill *to, struct spill *from, size_t part, int depth,
    struct err *e)
{
	struct spill_room room = { NULL, 0 };
	const struct row_head *h;
	const char *data;
	char *at;
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->part[part].n; i++) {
		size_t used = from->part[part].chunk[i].used;

		if ((data = spill_chunk_data(&room, from, part, i, e)) == NULL)
			r = -1;
		for (size_t k = 0; r == 0 && k < used; k += ROW_SIZE(h->n)) {
			h = (const void *)(data + k);
			r = spill_add(&at, to, h->by.hi >> (56 - 8 * depth) &
			    (PARTS - 1), ROW_SIZE(h->n), e);
			if (r == 0)
				memcpy(at, h, sizeof(*h) + h->n);
		}
	}
	free(room.data);
	spill_forget(from, part);
	return r;
}

static int
match_at(struct rowdiff *d, struct spill *const from[2], size_t part,
    int depth, struct err *e)
{
	uint64_t most = d->memory / 8;
	struct spill finer[2], *const to[2] = { &finer[0], &finer[1] };
	int r = 0;

	if (depth == DEPTH_MAX || from[0]->part[part].bytes +
	    from[1]->part[part].bytes <= most)
		return match_small(d, from, part, e);
	for (int i = 0; i < 2; i++)
		spill_init(&finer[i], PARTS, most / 4, d->folder);
	for (int i = 0; r == 0 && i < 2; i++)
		r = deal_again(&finer[i], from[i], part, depth + 1, e);
	for (size_t i = 0; r == 0 && i < PARTS; i++)
		r = match_at(d, to, i, depth + 1, e);
	for (int i = 0; i < 2; i++)
		spill_release(&finer[i]);
	return r;
}

void
match_part(struct rowdiff *d, size_t part)
{
	struct spill *const from[2] = { &d->side[0].part, &d->side[1].part };
	struct err e = ERR_INIT;

	if (match_at(d, from, part, 0, &e) == 0)
		return;
	mutex_lock(&d->lock);
	if (!d->failed)
		d->e = e;
	d->failed = true;
	mutex_unlock(&d->lock);
}
