/* One pass over a view's source. */
#include "feature/gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/stream.h"

static bool
is_number_fold(const struct feature *f)
{
	return f->agg != AGG_NONE && f->agg != AGG_LAST;
}

static size_t
count_folds(const struct feature_view *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->features; i++)
		n += is_number_fold(&v->feature[i]);
	return n;
}

size_t
gathered_bytes(const struct feature_view *v)
{
	return sizeof(struct winner) + sizeof(uint32_t) +
	    v->columns * sizeof(struct held) + count_folds(v) * sizeof(double);
}

int
gathered_init(struct gathered *g, const struct feature_view *v,
    const struct moments *m, uint64_t most_event_bytes, struct err *e)
{
	size_t cells;

	memset(g, 0, sizeof(*g));
	g->view = v;
	g->moments = m;
	g->most = most_event_bytes;
	for (size_t i = 0; i < v->features; i++)
		if (v->feature[i].window > g->reach)
			g->reach = v->feature[i].window;
	if (!size_mul(&cells, m->n + 1, v->columns))
		return err_set(e, ERR_TOOBIG, "too many rows");
	g->best = mem_zeroed(m->n + 1, sizeof(*g->best));
	g->from = mem_zeroed(m->n + 1, sizeof(*g->from));
	g->cell = mem_zeroed(cells, sizeof(*g->cell));
	if (!g->best || !g->from || !g->cell)
		return err_set(e, ERR_NOMEM, "no memory for %zu rows of "
		    "features: give less --memory", m->n);
	return 0;
}

void
gathered_release(struct gathered *g)
{
	if (g->cell)
		held_release(g->cell, g->moments->n * g->view->columns);
	if (g->event_cell)
		held_release(g->event_cell, g->events * g->view->columns);
	free(g->best);
	free(g->cell);
	free(g->from);
	free(g->event);
	free(g->event_cell);
	free(g->event_start);
	free(g->fold);
	window_release(&g->window);
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

static int
hold_cells(struct held *to, const struct column *col, size_t cols, size_t i,
    struct err *e)
{
	for (size_t c = 0; c < cols; c++)
		if (held_set(&to[c], &col[c].raw[i], e) < 0)
			return -1;
	return 0;
}

static int
grow_events(struct gathered *g, struct err *e)
{
	size_t room = g->room ? g->room * 2 : 1024;
	size_t cols = g->view->columns;
	void *p;

	if (room * (sizeof(struct event) + cols * sizeof(struct held)) >
	    g->most)
		return err_set(e, ERR_TOOBIG, "the events of view '%.100s' "
		    "need more than --memory: give more", g->view->name);
	if ((p = mem_resize(g->event, room, sizeof(*g->event))) != NULL)
		g->event = p;
	if (p != NULL && (p = mem_resize(g->event_cell, room * cols + 1,
	    sizeof(*g->event_cell))) != NULL)
		g->event_cell = p;
	if (p == NULL || room > UINT32_MAX)
		return err_set(e, ERR_NOMEM, "no memory for %zu events", room);
	memset(g->event_cell + g->room * cols, 0, (room - g->room) * cols *
	    sizeof(*g->event_cell));
	g->room = room;
	return 0;
}

/* An event that some moment's window may hold. */
static int
keep_event(struct gathered *g, uint32_t group, const struct winner *w,
    const struct column *col, size_t i, struct err *e)
{
	if (g->events == g->room && grow_events(g, e) < 0)
		return -1;
	if (hold_cells(g->event_cell + g->events * g->view->columns, col,
	    g->view->columns, i, e) < 0)
		return -1;
	g->event[g->events] = (struct event){ w->time, w->created, w->row,
	    group, (uint32_t)g->events };
	g->events++;
	return 0;
}

static int
offer_row(struct gathered *g, uint32_t group, const struct winner *w,
    const struct column *col, size_t i, struct err *e)
{
	const struct feature_view *v = g->view;
	const struct moments *m = g->moments;
	int64_t known = w->time > w->created ? w->time : w->created;
	size_t at = moments_from(m, group, known);

	if (at == m->start[group + 1])
		return 0;
	if (v->windowed && m->at[at] - w->time < g->reach &&
	    keep_event(g, group, w, col, i, e) < 0)
		return -1;
	if (order(w, &g->best[at]) <= 0)
		return 0;
	g->best[at] = *w;
	return hold_cells(g->cell + at * v->columns, col, v->columns, i, e);
}

/* What a block is worked on with. */
struct block_room {
	struct buf key, keys;		/* the texts of keys, one by one */
	size_t end[TABLE_BLOCK_ROWS];
	uint64_t hash[TABLE_BLOCK_ROWS];
	uint32_t group[TABLE_BLOCK_ROWS];
};

static int
find_groups(struct block_room *b, const struct gathered *g,
    const struct table *t, struct err *e)
{
	buf_clear(&b->keys);
	for (size_t i = 0; i < t->rows; i++) {
		key_text(&b->key, t->col, g->view->entity->keys, i);
		buf_add(&b->keys, b->key.data, b->key.len);
		b->end[i] = b->keys.len;
	}
	if (buf_check(&b->key, e) < 0 || buf_check(&b->keys, e) < 0)
		return -1;
	moments_groups(b->group, b->hash, g->moments, b->keys.data, b->end,
	    t->rows);
	return 0;
}

/* Keys, timestamp, created where there is one, and the columns needed. */
static int
offer_block(struct gathered *g, const struct table *t, uint64_t first,
    struct block_room *b, struct err *e)
{
	const struct feature_view *v = g->view;
	const struct column *time = &t->col[v->entity->keys];
	const struct column *created = v->created ? time + 1 : NULL;
	const struct column *col = time + (v->created ? 2 : 1);
	struct winner w;

	if (find_groups(b, g, t, e) < 0)
		return -1;
	for (size_t i = 0; i < t->rows; i++) {
		g->rows++;
		if (column_missing(time, i) ||
		    (created && column_missing(created, i))) {
			g->timeless++;
			continue;
		}
		w.time = time->i64[i];
		w.created = created ? created->i64[i] : w.time;
		w.row = first + i;
		g->early += w.created < w.time;
		if (b->group[i] != INTERN_NONE && offer_row(g, b->group[i],
		    &w, col, i, e) < 0)
			return -1;
	}
	return 0;
}

static int
by_event(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->created != y->created)
		return x->created < y->created ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static int
by_entry(const void *a, const void *b)
{
	const struct slide_entry *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* The order in which events were known: mostly that of their times. */
static void
order_entries(struct slide_entry *entry, const struct event *event, size_t n)
{
	bool sorted = true;

	for (size_t i = 0; i < n; i++) {
		const struct event *v = &event[i];

		entry[i] = (struct slide_entry){ v->time > v->created ?
		    v->time : v->created, (uint32_t)i };
		sorted = sorted && (i == 0 || entry[i - 1].time <=
		    entry[i].time);
	}
	if (!sorted)
		qsort(entry, n, sizeof(*entry), by_entry);
}

/* The windows of a group's moments, a feature after the other. */
static int
fold_group(struct gathered *g, struct slide *s, struct slide_entry *entry,
    size_t group, struct err *e)
{
	const struct moments *m = g->moments;
	const struct feature_view *v = g->view;
	size_t first = g->event_start[group], from = m->start[group], k = 0;
	const struct slide_events all = { g->event + first,
	    g->event_start[group + 1] - first, entry, g->event_cell,
	    v->columns };

	order_entries(entry, all.event, all.n);
	for (size_t i = 0; i < v->features; i++) {
		if (!is_number_fold(&v->feature[i]))
			continue;
		if (slide_windows(g->fold + from * g->folds + k++, g->folds,
		    s, &v->feature[i], &all, m->at + from,
		    m->start[group + 1] - from, e) < 0)
			return -1;
	}
	return 0;
}

static int
fold_windows(struct gathered *g, struct err *e)
{
	size_t groups = intern_count(g->moments->keys), most = 0, n;
	struct slide s = { 0 };
	struct slide_entry *entry;
	int r = 0;

	g->folds = count_folds(g->view);
	if (!size_mul(&n, g->moments->n + 1, g->folds))
		return err_set(e, ERR_TOOBIG, "too many rows");
	for (size_t p = 0; p < groups; p++)
		if (g->event_start[p + 1] - g->event_start[p] > most)
			most = g->event_start[p + 1] - g->event_start[p];
	g->fold = mem_array(n + 1, sizeof(*g->fold));
	entry = mem_array(most + 1, sizeof(*entry));
	if (g->fold == NULL || entry == NULL)
		r = err_set(e, ERR_NOMEM, "no memory for the windows of %zu "
		    "rows", g->moments->n);
	for (size_t p = 0; r == 0 && p < groups; p++)
		r = fold_group(g, &s, entry, p, e);
	slide_release(&s);
	free(entry);
	return r;
}

/* The best so far is carried on, and events are sorted. */
static int
settle(struct gathered *g, struct err *e)
{
	const struct moments *m = g->moments;
	size_t groups = intern_count(m->keys), k = 0;

	for (size_t p = 0; p < groups; p++)
		for (size_t i = m->start[p]; i < m->start[p + 1]; i++) {
			g->from[i] = (uint32_t)i;
			if (i > m->start[p] && order(&g->best[g->from[i - 1]],
			    &g->best[i]) > 0)
				g->from[i] = g->from[i - 1];
		}
	if (!g->view->windowed)
		return 0;
	if (g->events > 1)
		qsort(g->event, g->events, sizeof(*g->event), by_event);
	g->event_start = mem_zeroed(groups + 1, sizeof(*g->event_start));
	if (g->event_start == NULL)
		return err_set(e, ERR_NOMEM, "no memory for %zu keys", groups);
	for (size_t p = 0; p <= groups; p++) {
		while (k < g->events && g->event[k].group < p)
			k++;
		g->event_start[p] = k;
	}
	return fold_windows(g, e);
}

int
gather_source(struct gathered *g, struct source *from,
    const struct table_read_opts *read, struct err *e)
{
	const struct feature_view *v = g->view;
	size_t keys = v->entity->keys, n = 0;
	struct table_want *want = xalloc(keys + 2 + v->columns,
	    sizeof(*want));
	struct table_reader_opts o = { .read = *read, .want = want };
	struct table_reader *r = NULL;
	struct block_room *room = xalloc(1, sizeof(*room));
	struct table *block;
	int k = -1;

	o.block_rows = TABLE_BLOCK_ROWS;
	buf_init(&room->key, BUF_CAP_DOC);
	buf_init(&room->keys, BUF_CAP_DATA);
	for (size_t i = 0; i < keys; i++)
		want[n++] = (struct table_want){ v->entity->key[i], COL_RAW,
		    false };
	want[n++] = (struct table_want){ v->timestamp, COL_DATETIME, false };
	if (v->created)
		want[n++] = (struct table_want){ v->created, COL_DATETIME,
		    false };
	for (size_t i = 0; i < v->columns; i++)
		want[n++] = (struct table_want){ v->column[i], COL_RAW,
		    false };
	o.n_want = n;
	if (table_reader_open(&r, from, &o, e) < 0)
		goto done;
	while ((k = table_reader_next(&block, r, e)) > 0)
		if (offer_block(g, block, table_reader_first_row(r), room,
		    e) < 0) {
			k = -1;
			break;
		}
	if (k == 0)
		k = settle(g, e);
done:
	table_reader_free(r);
	buf_free(&room->key);
	buf_free(&room->keys);
	free(room);
	free(want);
	return k;
}

/* The last events in (moment - window, moment] that were known by then,
 * found from the end. */
static int
list_last(struct raw_cell *out, struct arena *a, struct gathered *g,
    const struct feature *f, size_t place, struct err *e)
{
	int64_t now = g->moments->at[place];
	uint32_t group = g->moments->key[g->moments->row[place]];
	size_t first = g->event_start[group], low = first;
	size_t high = g->event_start[group + 1], mid, end, found = 0;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (g->event[mid].time <= now)
			low = mid + 1;
		else
			high = mid;
	}
	end = low;
	while (low > first && found < f->last &&
	    now - g->event[low - 1].time < f->window) {
		low--;
		found += g->event[low].created <= now &&
		    g->event_cell[g->event[low].cell * g->view->columns +
		    f->column].present;
	}
	window_begin(&g->window, f);
	for (; low < end; low++)
		if (g->event[low].created <= now && window_add(&g->window,
		    g->event_cell + g->event[low].cell * g->view->columns,
		    e) < 0)
			return -1;
	return window_end(out, a, &g->window, e);
}

static int
window_value(struct raw_cell *out, struct arena *a, struct gathered *g,
    const struct feature *f, size_t place, struct err *e)
{
	size_t k = 0;

	if (f->agg == AGG_LAST)
		return list_last(out, a, g, f, place, e);
	for (const struct feature *i = g->view->feature; i < f; i++)
		k += is_number_fold(i);
	number_cell(out, a, g->fold[place * g->folds + k]);
	return 0;
}

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

int
gathered_value(struct raw_cell *out, enum feature_status *status,
    struct arena *a, struct gathered *g, const struct feature *f, size_t row,
    struct err *e)
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
	if (f->agg != AGG_NONE ? window_value(out, a, g, f, place, e) < 0 :
	    feature_value(out, a, f, g->cell + g->from[place] *
	    g->view->columns, e) < 0)
		return -1;
	*status = out->s ? FEATURE_PRESENT : FEATURE_NULL_VALUE;
	return 0;
}
