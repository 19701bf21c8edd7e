/* Windows that slide over the rows of a key. */
#include "feature/slide.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What is held at the moment. */
struct held_window {
	struct slide *s;
	const struct feature *f;
	const struct slide_events *e;
	struct window_sum sum;
	size_t distinct, leaves;
};

static int
make_room(struct slide *s, size_t n, struct err *e)
{
	size_t room = s->room ? s->room : 64;
	void *in, *v, *text, *tree;

	if (n <= s->room)
		return 0;
	while (room < n)
		room *= 2;
	in = mem_resize(s->in, room, sizeof(*s->in));
	s->in = in ? in : s->in;
	v = mem_resize(s->v, room, sizeof(*s->v));
	s->v = v ? v : s->v;
	text = mem_resize(s->text, room, sizeof(*s->text));
	s->text = text ? text : s->text;
	tree = mem_resize(s->tree, 2 * room, sizeof(*s->tree));
	s->tree = tree ? tree : s->tree;
	if (!in || !v || !text || !tree)
		return err_set(e, ERR_NOMEM, "no memory for a window over %zu "
		    "events", n);
	s->room = room;
	return 0;
}

void
slide_release(struct slide *s)
{
	free(s->in);
	free(s->v);
	free(s->text);
	free(s->tree);
	intern_free(s->texts);
	free(s->count);
}

/* ---- the smallest of what is held ---- */

static void
set_leaf(struct held_window *w, size_t i, double v)
{
	double *tree = w->s->tree;

	for (i += w->leaves, tree[i] = v; i > 1; i /= 2)
		tree[i / 2] = tree[i] < tree[i ^ 1] ? tree[i] : tree[i ^ 1];
}

static void
clear_tree(struct held_window *w)
{
	w->leaves = 1;
	while (w->leaves < w->e->n)
		w->leaves *= 2;
	for (size_t i = 0; i < 2 * w->leaves; i++)
		w->s->tree[i] = INFINITY;
}

/* ---- in and out ---- */

static bool
is_extreme(const struct feature *f)
{
	return f->agg == AGG_MIN || f->agg == AGG_MAX;
}

static int
count_text(struct held_window *w, size_t i, const struct raw_cell *c,
    struct err *e)
{
	struct slide *s = w->s;
	uint32_t id;
	void *p;

	if (s->texts == NULL)
		s->texts = intern_new();
	id = s->text[i] = intern_add(s->texts, c->s, c->n);
	if (id >= s->texts_room) {
		size_t room = 2 * (size_t)id + 64;

		if ((p = mem_resize(s->count, room, sizeof(*s->count))) ==
		    NULL)
			return err_set(e, ERR_NOMEM, "no memory for %zu "
			    "distinct values", room);
		s->count = p;
		memset(s->count + s->texts_room, 0, (room - s->texts_room) *
		    sizeof(*s->count));
		s->texts_room = room;
	}
	w->distinct += s->count[id]++ == 0;
	return 0;
}

static int
hold_event(struct held_window *w, size_t i, struct err *e)
{
	const struct feature *f = w->f;
	struct raw_cell c = { .s = NULL };

	if (!f->counts_rows) {
		c = held_cell(&w->e->cell[w->e->event[i].cell *
		    w->e->columns + f->column]);
		if (c.s == NULL)
			return 0;
	}
	if (f->agg == AGG_DISTINCT) {
		if (count_text(w, i, &c, e) < 0)
			return -1;
	} else if (f->agg != AGG_COUNT) {
		if (window_number(&w->s->v[i], f, &c, e) < 0)
			return -1;
		if (is_extreme(f))
			set_leaf(w, i, f->agg == AGG_MIN ? w->s->v[i] :
			    -w->s->v[i]);
		else
			window_sum_add(&w->sum, &w->s->v[i], 1);
	}
	w->s->in[i] = true;
	w->sum.n += f->agg == AGG_COUNT || f->agg == AGG_DISTINCT ||
	    is_extreme(f);
	return 0;
}

static void
drop_event(struct held_window *w, size_t i)
{
	const struct feature *f = w->f;

	if (f->agg == AGG_DISTINCT) {
		w->distinct -= --w->s->count[w->s->text[i]] == 0;
		w->sum.n--;
	} else if (is_extreme(f)) {
		set_leaf(w, i, INFINITY);
		w->sum.n--;
	} else if (f->agg == AGG_COUNT) {
		w->sum.n--;
	} else {
		window_sum_remove(&w->sum, w->s->v[i]);
	}
	w->s->in[i] = false;
}

static double
value_held(const struct held_window *w)
{
	double top;

	if (w->f->agg == AGG_COUNT)
		return (double)w->sum.n;
	if (w->f->agg == AGG_DISTINCT)
		return (double)w->distinct;
	if (!is_extreme(w->f))
		return window_sum_value(&w->sum, w->f->agg);
	if (w->sum.n == 0)
		return NAN;
	top = w->s->tree[1];
	return w->f->agg == AGG_MIN ? top : -top;
}

int
slide_windows(double *out, size_t stride, struct slide *s,
    const struct feature *f, const struct slide_events *e, const int64_t *at,
    size_t moments, struct err *err)
{
	struct held_window w = { .s = s, .f = f, .e = e };
	size_t in = 0, low = 0;

	if (make_room(s, e->n + 1, err) < 0)
		return -1;
	memset(s->in, 0, e->n * sizeof(*s->in));
	if (is_extreme(f))
		clear_tree(&w);
	for (size_t m = 0; m < moments; m++) {
		while (low < e->n && at[m] - e->event[low].time >= f->window) {
			if (s->in[low])
				drop_event(&w, low);
			low++;
		}
		for (; in < e->n && e->entry[in].time <= at[m]; in++)
			if (e->entry[in].place >= low &&
			    hold_event(&w, e->entry[in].place, err) < 0)
				return -1;
		out[m * stride] = value_held(&w);
	}
	for (; f->agg == AGG_DISTINCT && low < e->n; low++)
		if (s->in[low])
			drop_event(&w, low);
	return 0;
}
