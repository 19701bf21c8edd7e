/* Panes of a stream, open and over, and the windows they make. */
#include "drift/windows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct pane {
	int64_t index;			/* of time or rows, from 0 */
	uint64_t rows;
	uint64_t *count;		/* (bins of all) */
};

struct windows {
	const struct binned *b;
	struct windows_opts o;
	void (*say)(void *ctx, const struct windows_verdict *v);
	void *ctx;
	struct pane *open;		/* by rising index */
	size_t n, room, last;		/* the last row's is open[last] */
	struct pane *past;		/* the last panes - 1 that are over */
	size_t n_past;
	int64_t closed;			/* panes before it are over */
	bool any_closed;
	int64_t newest_us;		/* seen */
	bool any_time;
	struct windows_count count;
};

void
windows_new(struct windows **out, const struct binned *b,
    const struct windows_opts *o, void (*say)(void *ctx,
    const struct windows_verdict *v), void *ctx)
{
	struct windows *w = xalloc(1, sizeof(*w));

	w->b = b;
	w->o = *o;
	w->say = say;
	w->ctx = ctx;
	w->past = xalloc(o->panes + 1, sizeof(*w->past));
	*out = w;
}

void
windows_free(struct windows *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->n; i++)
		free(w->open[i].count);
	for (size_t i = 0; i < w->n_past; i++)
		free(w->past[i].count);
	free(w->open);
	free(w->past);
	free(w);
}

const struct windows_count *
windows_count(const struct windows *w)
{
	return &w->count;
}

/* ---- verdicts ---- */

static void
judge(struct windows_verdict *v, const struct windows *w,
    const uint64_t *count)
{
	size_t n = w->b->n;
	double *p = xalloc(n, sizeof(*p)), *q = xalloc(n, sizeof(*q));
	double all = 0, moved = 0;

	for (size_t i = 0; i < n; i++) {
		const struct binned_column *c = &w->b->col[i];
		struct binned_score s;

		binned_score(&s, c, count + c->at);
		p[i] = s.p;
		v->col[i] = (struct windows_column){ .score = s.score,
		    .p = s.p, .missing = s.missing };
		v->col[i].threshold = w->o.threshold(&v->col[i].calibrated,
		    w->o.threshold_ctx, i, v->rows);
	}
	binned_adjust(q, p, n);
	v->few = v->rows < w->o.min_rows || v->rows == 0;
	for (size_t i = 0; i < n; i++) {
		struct windows_column *c = &v->col[i];
		double weight = w->o.weight != NULL ? w->o.weight[i] : 1;

		c->q = q[i];
		c->drifted = !v->few && (c->calibrated || c->q <= w->o.level)
		    && c->score >= c->threshold;
		v->count += c->drifted;
		all += weight;
		moved += c->drifted ? weight : 0;
	}
	v->share = (double)v->count / (double)n;
	v->weighted = all > 0 ? moved / all : v->share;
	v->drifted = !v->few && (w->o.weight != NULL ? v->weighted :
	    v->share) >= w->o.share;
	free(p);
	free(q);
}

/* The window that ends with this pane. */
static void
tell(struct windows *w, const struct pane *last)
{
	struct windows_verdict v = { .rows = last->rows };
	uint64_t *sum = xalloc(w->b->total, sizeof(*sum));
	int64_t first = last->index - (int64_t)w->o.panes + 1;

	memcpy(sum, last->count, w->b->total * sizeof(*sum));
	for (size_t i = 0; i < w->n_past; i++) {
		if (w->past[i].index < first)
			continue;
		v.rows += w->past[i].rows;
		for (size_t k = 0; k < w->b->total; k++)
			sum[k] += w->past[i].count[k];
	}
	v.from_us = first * w->o.pane_us;
	v.to_us = (last->index + 1) * w->o.pane_us;
	v.first_row = first < 0 ? 0 : (uint64_t)first * w->o.pane_rows;
	v.col = xalloc(w->b->n, sizeof(*v.col));
	judge(&v, w, sum);
	w->count.closed++;
	w->count.drifted += v.drifted;
	w->say(w->ctx, &v);
	free(v.col);
	free(sum);
}

/* The pane goes to those that a sliding window still needs. */
static void
keep_past(struct windows *w, struct pane *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n_past; i++) {
		if (w->past[i].index > p->index - (int64_t)w->o.panes + 1)
			w->past[kept++] = w->past[i];
		else
			free(w->past[i].count);
	}
	w->n_past = kept;
	if (w->o.panes > 1)
		w->past[w->n_past++] = *p;
	else
		free(p->count);
}

static void
close_first(struct windows *w)
{
	struct pane p = w->open[0];

	memmove(w->open, w->open + 1, --w->n * sizeof(*w->open));
	tell(w, &p);
	w->closed = p.index + 1;
	w->any_closed = true;
	keep_past(w, &p);
}

static bool
is_over(const struct windows *w, const struct pane *p)
{
	if (w->o.pane_us == 0)
		return p->rows == w->o.pane_rows;
	return w->any_time && w->newest_us - w->o.late_us >= (p->index + 1) *
	    w->o.pane_us;
}

void
windows_close(struct windows *w, bool all)
{
	while (w->n > 0 && (all || is_over(w, &w->open[0])))
		close_first(w);
}

/* ---- rows ---- */

static int
find_pane(struct pane **out, struct windows *w, int64_t index,
    struct err *e)
{
	size_t at = w->n;

	while (at > 0 && w->open[at - 1].index > index)
		at--;
	if (at > 0 && w->open[at - 1].index == index) {
		*out = &w->open[at - 1];
		return 0;
	}
	if (w->n == WINDOWS_OPEN_MAX)
		return err_set(e, ERR_TOOBIG, "more than %d windows are open: "
		    "are the times right, and is the window long enough?",
		    WINDOWS_OPEN_MAX);
	if (w->n == w->room) {
		w->room = w->room ? 2 * w->room : 16;
		w->open = xresize(w->open, w->room, sizeof(*w->open));
	}
	memmove(w->open + at + 1, w->open + at, (w->n - at) *
	    sizeof(*w->open));
	w->n++;
	w->open[at] = (struct pane){ index, 0, xalloc(w->b->total,
	    sizeof(*w->open[at].count)) };
	*out = &w->open[at];
	return 0;
}

/* Rounded down, before 1970 too. */
static int64_t
pane_of(const struct windows *w, int64_t us)
{
	return us / w->o.pane_us - (us % w->o.pane_us < 0);
}

int
windows_row(uint64_t **counts, struct windows *w, int64_t time_us,
    bool timed, struct err *e)
{
	int64_t index = w->closed;
	struct pane *p = NULL;

	*counts = NULL;
	w->count.rows++;
	if (w->o.pane_us != 0) {
		if (!timed) {
			w->count.untimed++;
			return 0;
		}
		if (w->o.future_us != 0 && time_us >= w->o.future_us) {
			w->count.future++;
			return 0;
		}
		index = pane_of(w, time_us);
		if (w->any_closed && index < w->closed) {
			w->count.late++;
			return 0;
		}
		if (!w->any_time || time_us > w->newest_us)
			w->newest_us = time_us;
		w->any_time = true;
	} else if (w->n > 0 && is_over(w, &w->open[0])) {
		close_first(w);
		index = w->closed;
	}
	if (find_pane(&p, w, index, e) < 0)
		return -1;
	p->rows++;
	w->last = (size_t)(p - w->open);
	*counts = p->count;
	return 0;
}

size_t
windows_follow(struct windows *w, const int64_t *time_us, size_t n)
{
	struct pane *p = &w->open[w->last];
	int64_t from = p->index * w->o.pane_us, to = from + w->o.pane_us;
	size_t took = 0;

	if (w->o.pane_us == 0) {
		took = w->o.pane_rows - p->rows < n ? (size_t)
		    (w->o.pane_rows - p->rows) : n;
	} else {
		if (w->o.future_us != 0 && to > w->o.future_us)
			to = w->o.future_us;
		for (; took < n && time_us[took] != WINDOWS_UNTIMED &&
		    time_us[took] >= from && time_us[took] < to; took++)
			if (time_us[took] > w->newest_us)
				w->newest_us = time_us[took];
	}
	p->rows += took;
	w->count.rows += took;
	return took;
}

/* ---- what is remembered ---- */

static void
save_panes(struct json *to, struct arena *a, const struct windows *w,
    const struct pane *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct json *j = json_add_map(a, to, NULL), *list;

		json_add_int(a, j, "index", p[i].index);
		json_add_int(a, j, "rows", (int64_t)p[i].rows);
		list = json_add_list(a, j, "counts");
		for (size_t k = 0; k < w->b->total; k++)
			json_add_int(a, list, NULL, (int64_t)p[i].count[k]);
	}
}

void
windows_save(struct json *to, struct arena *a, const struct windows *w)
{
	json_add_text(a, to, "reference", w->b->digest);
	json_add_int(a, to, "pane_us", w->o.pane_us);
	json_add_int(a, to, "pane_rows", (int64_t)w->o.pane_rows);
	json_add_int(a, to, "panes", (int64_t)w->o.panes);
	json_add_int(a, to, "rows", (int64_t)w->count.rows);
	json_add_int(a, to, "closed", w->closed);
	json_add_bool(a, to, "any_closed", w->any_closed);
	json_add_int(a, to, "newest_us", w->newest_us);
	json_add_bool(a, to, "any_time", w->any_time);
	save_panes(json_add_list(a, to, "open"), a, w, w->open, w->n);
	save_panes(json_add_list(a, to, "past"), a, w, w->past, w->n_past);
}

static int
load_pane(struct pane *p, const struct windows *w, const struct json *j,
    struct err *e)
{
	const struct json *list = json_get(j, "counts"), *v;
	size_t k = 0;

	if (list == NULL || list->type != JSON_LIST || list->n != w->b->total ||
	    json_int(j, "rows", -1) < 0)
		return err_set(e, ERR_FORMAT, "a window in it has not the "
		    "reference's bins");
	p->index = json_int(j, "index", 0);
	p->rows = (uint64_t)json_int(j, "rows", 0);
	p->count = xalloc(w->b->total, sizeof(*p->count));
	for (v = list->child; v != NULL; v = v->next, k++) {
		if (v->type != JSON_INT || v->i < 0) {
			free(p->count);
			return err_set(e, ERR_FORMAT, "a count in it is no "
			    "count");
		}
		p->count[k] = (uint64_t)v->i;
	}
	return 0;
}

static int
load_panes(struct windows *w, const struct json *from, struct err *e)
{
	const struct json *open = json_get(from, "open"), *j;
	const struct json *past = json_get(from, "past");

	if (open == NULL || open->type != JSON_LIST || open->n >
	    WINDOWS_OPEN_MAX || past == NULL || past->type != JSON_LIST ||
	    past->n >= w->o.panes)
		return err_set(e, ERR_FORMAT, "it has no windows");
	w->room = open->n + 1;
	w->open = xresize(w->open, w->room, sizeof(*w->open));
	for (j = open->child; j != NULL; j = j->next) {
		if (load_pane(&w->open[w->n], w, j, e) < 0)
			return -1;
		if (w->n++ > 0 && w->open[w->n - 1].index <=
		    w->open[w->n - 2].index)
			return err_set(e, ERR_FORMAT, "its windows are out of "
			    "order");
	}
	for (j = past->child; j != NULL; j = j->next) {
		if (load_pane(&w->past[w->n_past], w, j, e) < 0)
			return -1;
		w->n_past++;
	}
	return 0;
}

int
windows_load(struct windows *w, const struct json *from, struct err *e)
{
	if (strcmp(json_text(from, "reference", ""), w->b->digest) != 0)
		return err_set(e, ERR_FORMAT, "it is of another reference, or "
		    "of other columns");
	if (json_int(from, "pane_us", -1) != w->o.pane_us ||
	    json_int(from, "pane_rows", -1) != (int64_t)w->o.pane_rows ||
	    json_int(from, "panes", -1) != (int64_t)w->o.panes)
		return err_set(e, ERR_FORMAT, "it is of other windows");
	w->count.rows = (uint64_t)json_int(from, "rows", 0);
	w->closed = json_int(from, "closed", 0);
	w->any_closed = json_bool(from, "any_closed", false);
	w->newest_us = json_int(from, "newest_us", 0);
	w->any_time = json_bool(from, "any_time", false);
	return load_panes(w, from, e);
}
