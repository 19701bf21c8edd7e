/* The windows of a view, from sorted events. */
#include "feature/aggregate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "feature/key.h"

/* What an event takes while its key is folded, besides its cells. */
#define EVENT_BYTES 80
#define EVENTS_LEAST 4096
#define HEAD_BYTES (4 + 5 * 8)		/* of a record */
#define MARK_AT 12			/* ... which event it is */

/* ---- the windows of a view ---- */

size_t
aggregates_bytes(const struct feature_view *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->features; i++)
		if (v->feature[i].agg != AGG_NONE)
			n += v->feature[i].agg == AGG_LAST ?
			    sizeof(struct held) : sizeof(double);
	return n;
}

static size_t
need_column(struct aggregates *f, size_t column)
{
	size_t i = 0;

	while (i < f->columns && f->column[i] != column)
		i++;
	if (i == f->columns)
		f->column[f->columns++] = column;
	return i;
}

static void
list_windows(struct aggregates *f)
{
	const struct feature_view *v = f->view;

	f->column = xalloc(v->columns + 1, sizeof(*f->column));
	f->feature = xalloc(v->features, sizeof(*f->feature));
	f->at = xalloc(v->features, sizeof(*f->at));
	for (size_t i = 0; i < v->features; i++) {
		struct feature *w = &f->feature[i];

		*w = v->feature[i];
		if (w->agg == AGG_NONE)
			continue;
		if (!w->counts_rows)
			w->column = need_column(f, w->column);
		if (w->window > f->reach)
			f->reach = w->window;
		f->at[i] = w->agg == AGG_LAST ? f->lists++ : f->numbers++;
	}
}

int
aggregates_init(struct aggregates *f, const struct feature_view *v,
    const struct moments *m, uint64_t memory, struct err *e)
{
	size_t numbers, lists;

	memset(f, 0, sizeof(*f));
	f->view = v;
	f->moments = m;
	if (!v->windowed)
		return 0;
	list_windows(f);
	buf_init(&f->record, BUF_CAP_DOC);
	f->most = memory / 2 / (EVENT_BYTES + f->columns *
	    sizeof(struct held));
	if (f->most < EVENTS_LEAST)
		f->most = EVENTS_LEAST;
	if (f->most > UINT32_MAX / 2)
		f->most = UINT32_MAX / 2;
	f->events = sorter_new(memory / 4, FILE_SCRATCH_FOLDER);
	if (!size_mul(&numbers, m->n + 1, f->numbers) ||
	    !size_mul(&lists, m->n + 1, f->lists))
		return err_set(e, ERR_TOOBIG, "too many rows");
	f->number = mem_array(numbers + 1, sizeof(*f->number));
	f->list = mem_zeroed(lists + 1, sizeof(*f->list));
	return f->number && f->list ? 0 : err_set(e, ERR_NOMEM,
	    "no memory for the windows of %zu rows", m->n);
}

void
aggregates_release(struct aggregates *f)
{
	if (f->list)
		held_release(f->list, f->moments->n * f->lists);
	sorter_free(f->events);
	if (f->record.data)
		buf_free(&f->record);
	free(f->column);
	free(f->feature);
	free(f->at);
	free(f->number);
	free(f->list);
}

/* ---- events as records ---- */

/* Sorts as the number does. */
static void
put_time(struct buf *b, int64_t t)
{
	sorter_put_u64(b, (uint64_t)t ^ (uint64_t)1 << 63);
}

static int64_t
get_time(const char *p)
{
	return (int64_t)(sorter_get_u64(p) ^ (uint64_t)1 << 63);
}

int
aggregates_add(struct aggregates *f, uint32_t group, uint32_t at,
    const struct feed_block *b, size_t i, struct err *e)
{
	const struct feature_view *v = f->view;
	struct raw_cell name = { .s = NULL };
	uint64_t mark[2];

	if (f->moments->at[at] - b->time[i] >= f->reach)
		return 0;
	buf_clear(&f->record);
	sorter_put_u32(&f->record, group);
	put_time(&f->record, b->time[i]);
	if (v->event != NULL)
		name = feed_cell(b, i, v->event_at);
	key_event(mark, &name);
	sorter_put_u64(&f->record, mark[0]);
	sorter_put_u64(&f->record, mark[1]);
	put_time(&f->record, b->created[i]);
	sorter_put_u64(&f->record, b->first + i);
	for (size_t c = 0; c < f->columns; c++) {
		const struct raw_cell cell = feed_cell(b, i, f->column[c]);

		buf_addc(&f->record, (char)((cell.s != NULL) |
		    cell.quoted << 1 | cell.json << 2));
		buf_le32(&f->record, cell.n);
		if (cell.s != NULL)
			buf_add(&f->record, cell.s, cell.n);
	}
	if (f->record.len > SORTER_RECORD_MAX)
		return err_set(e, ERR_TOOBIG, "view '%.100s': the cells of a "
		    "row that windows are of are longer than 64 KiB",
		    f->view->name);
	return sorter_add(f->events, f->record.data, f->record.len, e);
}

/* The event that comes next. */
struct record {
	bool there;
	uint32_t group;
	int64_t time;
	const char *p;
};

static int
next_record(struct record *r, struct aggregates *f, struct err *e)
{
	const void *p;
	size_t n;
	int got = sorter_next(&p, &n, f->events, e);

	r->there = got > 0;
	if (got <= 0)
		return got;
	r->p = p;
	r->group = sorter_get_u32(r->p);
	r->time = get_time(r->p + 4);
	return 0;
}

/* ---- the events of a key ---- */

struct folder {
	struct aggregates *f;
	struct record next;
	struct event *event;		/* (n) in their order */
	struct held *cell;		/* (room, columns); an event's at its
					 * own place */
	struct slide_entry *entry;
	size_t n, room;
	char last[MARK_AT + 16];	/* key, time and name of the event
					 * taken last */
	struct slide slide;
	struct window window;
};

static int
grow(struct folder *k, struct err *e)
{
	size_t room = k->room ? k->room * 2 : 1024;
	size_t cols = k->f->columns;
	void *a = mem_resize(k->event, room, sizeof(*k->event));
	void *b = mem_resize(k->entry, room, sizeof(*k->entry));
	void *c = mem_resize(k->cell, room * cols + 1, sizeof(*k->cell));

	k->event = a ? a : k->event;
	k->entry = b ? b : k->entry;
	k->cell = c ? c : k->cell;
	if (!a || !b || !c)
		return err_set(e, ERR_NOMEM, "no memory for %zu events", room);
	memset(k->cell + k->room * cols, 0, (room - k->room) * cols *
	    sizeof(*k->cell));
	k->room = room;
	return 0;
}

/* An event that came again: of one key, time and name the one created first
 * counts, which was the one before. */
static bool
came_again(struct folder *k)
{
	static const char none[16];
	const char *head = k->next.p;
	bool again = memcmp(head + MARK_AT, none, 16) != 0 &&
	    memcmp(head, k->last, sizeof(k->last)) == 0;

	memcpy(k->last, head, sizeof(k->last));
	return again;
}

static int
take_event(struct folder *k, struct err *e)
{
	const char *p = k->next.p;
	size_t cols = k->f->columns;

	if (came_again(k))
		return next_record(&k->next, k->f, e);

	if (k->n == k->room && grow(k, e) < 0)
		return -1;
	k->event[k->n] = (struct event){ k->next.time,
	    get_time(p + MARK_AT + 16), sorter_get_u64(p + MARK_AT + 24),
	    k->next.group, (uint32_t)k->n };
	p += HEAD_BYTES;
	for (size_t c = 0; c < cols; c++) {
		const struct raw_cell cell = { *p & 1 ? p + 5 : NULL,
		    get_le32(p + 1), *p & 2, *p & 4 };

		if (held_set(&k->cell[k->n * cols + c], &cell, e) < 0)
			return -1;
		p += 5 + cell.n;
	}
	k->n++;
	return next_record(&k->next, k->f, e);
}

/* Those that no moment from `now` on can hold. */
static void
drop_events(struct folder *k, int64_t now)
{
	size_t gone = 0, cols = k->f->columns;

	while (gone < k->n && now - k->event[gone].time >= k->f->reach)
		gone++;
	k->n -= gone;
	for (size_t i = 0; gone > 0 && i < k->n; i++) {
		k->event[i] = k->event[i + gone];
		k->event[i].cell = (uint32_t)i;
		for (size_t c = 0; c < cols; c++) {
			struct held old = k->cell[i * cols + c];

			k->cell[i * cols + c] = k->cell[(i + gone) * cols + c];
			k->cell[(i + gone) * cols + c] = old;
		}
	}
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
order_entries(struct folder *k)
{
	bool sorted = true;

	for (size_t i = 0; i < k->n; i++) {
		const struct event *v = &k->event[i];

		k->entry[i] = (struct slide_entry){ v->time > v->created ?
		    v->time : v->created, (uint32_t)i };
		sorted = sorted && (i == 0 || k->entry[i - 1].time <=
		    k->entry[i].time);
	}
	if (!sorted)
		qsort(k->entry, k->n, sizeof(*k->entry), by_entry);
}

/* ---- folds of the moments [from, to) ---- */

/* The last events in (now - window, now] that were known by then, found from
 * the end. */
static int
list_last(struct held *out, struct folder *k, const struct feature *w,
    int64_t now, struct err *e)
{
	struct arena a = { NULL, 0 };
	size_t low = 0, high = k->n, mid, end, found = 0;
	size_t cols = k->f->columns;
	struct raw_cell c;
	int r = 0;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (k->event[mid].time <= now)
			low = mid + 1;
		else
			high = mid;
	}
	end = low;
	while (low > 0 && found < w->last &&
	    now - k->event[low - 1].time < w->window) {
		low--;
		found += k->event[low].created <= now &&
		    k->cell[low * cols + w->column].present;
	}
	window_begin(&k->window, w);
	for (; r == 0 && low < end; low++)
		if (k->event[low].created <= now) {
			c = held_cell(&k->cell[low * cols + w->column]);
			r = window_add(&k->window, &c, e);
		}
	if (r == 0 && (r = window_end(&c, &a, &k->window, e)) == 0)
		r = held_set(out, &c, e);
	arena_free(&a);
	return r;
}

static int
fold_places(struct folder *k, size_t from, size_t to, struct err *e)
{
	struct aggregates *f = k->f;
	const int64_t *at = f->moments->at;
	const struct slide_events all = { k->event, k->n, k->entry, k->cell,
	    f->columns };
	int r = 0;

	order_entries(k);
	for (size_t i = 0; r == 0 && i < f->view->features; i++) {
		const struct feature *w = &f->feature[i];

		if (w->agg == AGG_LAST)
			for (size_t p = from; r == 0 && p < to; p++)
				r = list_last(&f->list[p * f->lists +
				    f->at[i]], k, w, at[p], e);
		else if (w->agg != AGG_NONE)
			r = slide_windows(f->number + from * f->numbers +
			    f->at[i], f->numbers, &k->slide, w, &all,
			    at + from, to - from, e);
	}
	return r;
}

/* All moments of a key: as many at a time as the events at hand are for. */
static int
fold_group(struct folder *k, uint32_t group, struct err *e)
{
	const struct moments *m = k->f->moments;
	size_t at = m->start[group], end = m->start[group + 1];

	k->n = 0;
	while (at < end) {
		size_t to = end;

		while (k->next.there && k->next.group == group &&
		    k->n < k->f->most)
			if (take_event(k, e) < 0)
				return -1;
		if (k->next.there && k->next.group == group) {
			to = moments_from(m, group, k->next.time);
			to = to < at ? at : to;
		}
		if (to > at && fold_places(k, at, to, e) < 0)
			return -1;
		if (to < end)
			drop_events(k, m->at[to]);
		if (to < end && k->n > k->f->most - k->f->most / 16)
			return err_set(e, ERR_TOOBIG, "view '%.100s': a window "
			    "of one key holds %zu events or more: give more "
			    "--memory", k->f->view->name, k->n);
		at = to;
	}
	while (k->next.there && k->next.group == group)
		if (next_record(&k->next, k->f, e) < 0)
			return -1;
	return 0;
}

int
aggregates_end(struct aggregates *f, struct err *e)
{
	struct folder k = { .f = f };
	uint32_t groups = (uint32_t)intern_count(f->moments->keys);
	int r;

	if (f->events == NULL)
		return 0;
	if (grow(&k, e) < 0 || sorter_sort(f->events, e) < 0 ||
	    next_record(&k.next, f, e) < 0)
		r = -1;
	else
		r = 0;
	for (uint32_t g = 0; r == 0 && g < groups; g++)
		r = fold_group(&k, g, e);
	if (k.cell)
		held_release(k.cell, k.room * f->columns);
	free(k.event);
	free(k.entry);
	free(k.cell);
	slide_release(&k.slide);
	window_release(&k.window);
	sorter_free(f->events);
	f->events = NULL;
	return r;
}

void
aggregates_value(struct raw_cell *out, struct arena *a,
    const struct aggregates *f, size_t feature, size_t place)
{
	if (f->view->feature[feature].agg == AGG_LAST)
		*out = held_cell(&f->list[place * f->lists + f->at[feature]]);
	else
		number_cell(out, a, f->number[place * f->numbers +
		    f->at[feature]]);
}
