/* One pass over a view's source. */
#include "feature/gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define BATCH 256			/* rows fetched at once */

size_t
gathered_bytes(const struct feature_view *v)
{
	return sizeof(struct winner) + sizeof(uint32_t) +
	    v->columns * sizeof(struct held) + aggregates_bytes(v);
}

int
gathered_init(struct gathered *g, const struct feature_view *v,
    const struct moments *m, uint64_t memory, struct err *e)
{
	size_t cells;

	memset(g, 0, sizeof(*g));
	g->view = v;
	g->moments = m;
	if (!size_mul(&cells, m->n + 1, v->columns))
		return err_set(e, ERR_TOOBIG, "too many rows");
	g->best = mem_zeroed(m->n + 1, sizeof(*g->best));
	g->from = mem_zeroed(m->n + 1, sizeof(*g->from));
	g->cell = mem_zeroed(cells, sizeof(*g->cell));
	if (!g->best || !g->from || !g->cell)
		return err_set(e, ERR_NOMEM, "no memory for %zu rows of "
		    "features: give less --memory", m->n);
	return aggregates_init(&g->aggregates, v, m, memory, e);
}

void
gathered_release(struct gathered *g)
{
	if (g->cell)
		held_release(g->cell, g->moments->n * g->view->columns);
	free(g->best);
	free(g->cell);
	free(g->from);
	aggregates_release(&g->aggregates);
}

static int
order(const struct winner *a, const struct winner *b)
{
	if (a->row == 0 || b->row == 0)
		return (a->row != 0) - (b->row != 0);
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (a->created != b->created)
		return a->created < b->created ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

/* The row is known to its key from place `at` on. */
static int
offer_row(struct gathered *g, uint32_t group, uint32_t at,
    const struct feed_block *b, size_t i, struct err *e)
{
	const struct winner w = { b->time[i], b->created[i], b->first + i };
	size_t cols = g->view->columns;
	struct held *to = g->cell + at * cols;

	if (g->view->windowed && aggregates_add(&g->aggregates, group, at, b,
	    i, e) < 0)
		return -1;
	if (order(&w, &g->best[at]) <= 0)
		return 0;
	g->best[at] = w;
	for (size_t c = 0; c < cols; c++) {
		const struct raw_cell cell = feed_cell(b, i, c);

		if (held_set(&to[c], &cell, e) < 0)
			return -1;
	}
	return 0;
}

/* What is known of the rows' places is brought near, then looked at. */
static int
offer_batch(struct gathered *g, const struct feed_block *b, size_t from,
    size_t n, struct err *e)
{
	uint32_t group[BATCH], place[BATCH];
	size_t cols = g->view->columns;
	int64_t known[BATCH];

	for (size_t i = 0; i < n; i++) {
		int64_t time = b->time[from + i], made = b->created[from + i];

		known[i] = time > made ? time : made;
		g->timeless += time == FEED_NO_TIME;
		g->early += time != FEED_NO_TIME && made < time;
	}
	moments_find(group, place, g->moments, b, from, known, n);
	for (size_t i = 0; i < n; i++)
		if (place[i] != MOMENTS_NONE) {
			__builtin_prefetch(&g->best[place[i]], 1);
			__builtin_prefetch(&g->cell[place[i] * cols], 1);
		}
	for (size_t i = 0; i < n; i++)
		if (place[i] != MOMENTS_NONE &&
		    b->time[from + i] != FEED_NO_TIME && offer_row(g,
		    group[i], place[i], b, from + i, e) < 0)
			return -1;
	return 0;
}

/* The best so far is carried on. */
static void
carry(struct gathered *g)
{
	const struct moments *m = g->moments;
	size_t groups = intern_count(m->keys);

	for (size_t p = 0; p < groups; p++)
		for (size_t i = m->start[p]; i < m->start[p + 1]; i++) {
			g->from[i] = (uint32_t)i;
			if (i > m->start[p] && order(&g->best[g->from[i - 1]],
			    &g->best[i]) > 0)
				g->from[i] = g->from[i - 1];
		}
}

int
gather_rows(struct gathered *g, struct feed *from, struct err *e)
{
	const struct feed_block *b = NULL;
	int r;

	while ((r = feed_next(&b, from, e)) > 0) {
		g->rows += b->rows;
		for (size_t i = 0; r > 0 && i < b->rows; i += BATCH)
			if (offer_batch(g, b, i, b->rows - i < BATCH ?
			    b->rows - i : BATCH, e) < 0)
				r = -1;
		if (r < 0)
			return -1;
	}
	if (r < 0)
		return -1;
	carry(g);
	return aggregates_end(&g->aggregates, e);
}

/* ---- answers ---- */

const struct winner *
gathered_row(const struct gathered *g, size_t row)
{
	const struct moments *m = g->moments;
	const struct winner *w;

	if (m->key[row] == INTERN_NONE)
		return NULL;
	w = &g->best[g->from[m->place[row]]];
	return w->row == 0 ? NULL : w;
}

void
gathered_fetch(const struct gathered *g, size_t row, size_t n)
{
	const struct moments *m = g->moments;
	size_t cols = g->view->columns;

	for (size_t i = row; i < row + n; i++)
		if (m->key[i] != INTERN_NONE) {
			__builtin_prefetch(&g->from[m->place[i]]);
			__builtin_prefetch(&m->at[m->place[i]]);
		}
	for (size_t i = row; i < row + n; i++)
		if (m->key[i] != INTERN_NONE) {
			uint32_t at = g->from[m->place[i]];

			__builtin_prefetch(&g->best[at]);
			__builtin_prefetch(&g->cell[at * cols]);
		}
}

int
gathered_value(struct raw_cell *out, enum feature_status *status,
    struct arena *a, const struct gathered *g, const struct feature *f,
    size_t row, struct err *e)
{
	const struct moments *m = g->moments;
	const struct winner *w = gathered_row(g, row);
	size_t place;

	memset(out, 0, sizeof(*out));
	*status = FEATURE_NOT_FOUND;
	if (w == NULL)
		return 0;
	place = m->place[row];
	*status = FEATURE_OUTSIDE_MAX_AGE;
	if (f->agg == AGG_NONE && g->view->ttl > 0 &&
	    m->at[place] - w->time > g->view->ttl)
		return 0;
	if (f->agg != AGG_NONE)
		aggregates_value(out, a, &g->aggregates, (size_t)(f -
		    g->view->feature), place);
	else if (feature_value(out, a, f, (struct feature_row){ g->cell +
	    g->from[place] * g->view->columns, NULL }, e) < 0)
		return -1;
	*status = out->s ? FEATURE_PRESENT : FEATURE_NULL_VALUE;
	return 0;
}
