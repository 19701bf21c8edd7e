/* How the values of columns lie on both sides, drawn: those that drifted
 * first. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/utf8.h"
#include "doc/plot.h"
#include "flow/report/internal.h"

#define STEPS 16
#define WORDS 8

/* ---- numbers: equal steps over what both sides have ---- */

struct span {
	double low, high;
	bool any;
};

/* A column that is drawn. */
struct shape {
	const struct drift_column *d;
	const struct column *ref, *cur;
	struct span span;		/* of numbers, and their shares */
	double y[2][STEPS + 1];
};

static void
widen(struct span *s, const struct column *c)
{
	for (size_t i = 0; i < c->rows; i++) {
		double v = column_number(c, i);

		if (!isfinite(v))
			continue;
		s->low = !s->any || v < s->low ? v : s->low;
		s->high = !s->any || v > s->high ? v : s->high;
		s->any = true;
	}
}

static void
count_steps(double *y, const struct span *s, const struct column *c)
{
	double wide = (s->high - s->low) / STEPS, n = 0;

	memset(y, 0, (STEPS + 1) * sizeof(*y));
	for (size_t i = 0; i < c->rows; i++) {
		double v = column_number(c, i);
		size_t at = 0;

		if (!isfinite(v))
			continue;
		if (wide > 0)
			at = (size_t)((v - s->low) / wide);
		y[at < STEPS ? at : STEPS - 1]++;
		n++;
	}
	for (size_t i = 0; n > 0 && i < STEPS; i++)
		y[i] /= n;
}

static void
measure_shape(void *ctx, size_t part, int worker)
{
	struct shape *s = (struct shape *)ctx + part;

	(void)worker;
	if (!s->d->numeric)
		return;
	widen(&s->span, s->ref);
	widen(&s->span, s->cur);
	if (!s->span.any || !isfinite(s->span.high - s->span.low))
		return;
	count_steps(s->y[0], &s->span, s->ref);
	count_steps(s->y[1], &s->span, s->cur);
}

static void
draw_numbers(struct report *p, struct shape *h)
{
	const struct span *span = &h->span;
	double x[STEPS + 1];
	struct plot_series s[2] = { { .name = "reference", .area = true },
	    { .name = "current", .area = true } };
	struct plot plot = { .kind = PLOT_LINES, .title = h->d->name,
	    .x_label = "", .y_label = "share of the rows", .series = s,
	    .n_series = 2, .from_zero = true };

	if (!span->any || !isfinite(span->high - span->low))
		return;
	for (int i = 0; i <= STEPS; i++)
		x[i] = span->low + (span->high - span->low) * i / STEPS;
	for (int i = 0; i < 2; i++) {
		s[i].x = x;
		s[i].y = h->y[i];
		s[i].n = STEPS + 1;
	}
	doc_plot(&p->d, &plot);
}

/* ---- words: the most frequent ones of both sides ---- */

struct counted {
	const char *s;
	size_t n;
	uint64_t ref, cur;
};

static uint64_t
weight(const struct counted *c)
{
	return c->ref + c->cur;
}

static int
by_weight(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;
	int r;

	if (weight(x) != weight(y))
		return weight(x) > weight(y) ? -1 : 1;
	r = memcmp(x->s, y->s, x->n < y->n ? x->n : y->n);
	return r != 0 ? r : (x->n > y->n) - (x->n < y->n);
}

struct words {
	struct intern *all;
	struct counted *v;		/* (room), by their number in all */
	size_t room;
};

static void
add_word(struct words *l, const char *s, size_t n, uint64_t count,
    bool current)
{
	uint32_t at = intern_add(l->all, s, n);

	if (at >= l->room) {
		l->v = xresize(l->v, 2 * (size_t)at + 64, sizeof(*l->v));
		memset(l->v + l->room, 0, (2 * (size_t)at + 64 - l->room) *
		    sizeof(*l->v));
		l->room = 2 * (size_t)at + 64;
	}
	*(current ? &l->v[at].cur : &l->v[at].ref) += count;
}

/* Texts are counted by their number in the column, and looked up once. */
static void
add_texts(struct words *l, const struct column *c, bool current)
{
	size_t texts = intern_count(c->dict), n;
	uint64_t *of = xalloc(texts + 1, sizeof(*of));

	for (size_t i = 0; i < c->rows; i++)
		if (c->code[i] != INTERN_NONE)
			of[c->code[i]]++;
	for (uint32_t k = 0; k < texts; k++) {
		const char *s = intern_text(c->dict, k, &n);

		if (of[k] > 0)
			add_word(l, s, n, of[k], current);
	}
	free(of);
}

static void
add_words(struct words *l, const struct column *c, bool current)
{
	if (col_type_is_text(c->type)) {
		add_texts(l, c, current);
		return;
	}
	for (size_t i = 0; i < c->rows; i++) {
		char room[COLUMN_PRINT_MAX];
		size_t n;
		const char *s = column_print(c, i, room, &n);

		if (s != NULL)
			add_word(l, s, n, 1, current);
	}
}

static void
draw_words(struct report *p, const struct drift_column *d,
    const struct column *ref, const struct column *cur)
{
	struct words words = { .all = intern_new() };
	const char *label[WORDS + 1];
	double y[2][WORDS + 1] = { { 0 } };
	struct plot_series s[2] = { { .name = "reference", .y = y[0] },
	    { .name = "current", .y = y[1] } };
	struct plot plot = { .kind = PLOT_BARS, .title = d->name,
	    .x_label = "", .y_label = "share of the rows", .series = s,
	    .n_series = 2, .labels = label, .from_zero = true };
	struct counted *w;
	size_t n, shown = 0;
	bool rest = false;

	add_words(&words, ref, false);
	add_words(&words, cur, true);
	n = intern_count(words.all);
	w = words.v;
	for (uint32_t i = 0; i < n; i++)
		w[i].s = intern_text(words.all, i, &w[i].n);
	if (n > 0)
		qsort(w, n, sizeof(*w), by_weight);
	while (shown < n && shown < WORDS && weight(&w[shown]) >= REPORT_FEW)
		shown++;
	for (size_t i = 0; i < n; i++) {
		size_t at = i < shown ? i : shown;

		rest |= i >= shown;
		if (i < shown)
			label[i] = arena_strndup(&p->a, w[i].s, utf8_cut(w[i].s,
			    w[i].n, 40));
		y[0][at] += d->n_ref > 0 ? (double)w[i].ref /
		    (double)d->n_ref : 0;
		y[1][at] += d->n_cur > 0 ? (double)w[i].cur /
		    (double)d->n_cur : 0;
	}
	if (rest)
		label[shown++] = "all others";
	s[0].n = s[1].n = shown;
	if (shown > 0)
		doc_plot(&p->d, &plot);
	free(w);
	intern_free(words.all);
}

static bool
find_shape(struct shape *s, const struct report *p,
    const struct drift_column *d)
{
	*s = (struct shape){ .d = d, .ref = table_find(p->o->ref, d->name),
	    .cur = table_find(p->o->cur, d->name) };
	return s->ref != NULL && s->cur != NULL && !d->date && d->by !=
	    DRIFT_BY_TYPE;
}

void
report_shapes(struct report *p)
{
	struct shape *s = xalloc(REPORT_PLOTS, sizeof(*s));
	struct pool *pool = pool_new(p->o->drift->threads);
	size_t n = 0;

	doc_heading(&p->d, 2, "Distributions");
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < p->r->n && n < REPORT_PLOTS; i++)
			if (p->r->col[i].drifted == (pass == 0))
				n += find_shape(&s[n], p, &p->r->col[i]);
	pool_run(pool, n, measure_shape, s);
	pool_free(pool);
	for (size_t i = 0; i < n; i++) {
		if (s[i].d->numeric)
			draw_numbers(p, &s[i]);
		else
			draw_words(p, s[i].d, s[i].ref, s[i].cur);
	}
	if (n < p->r->n)
		doc_paragraph(&p->d, arena_printf(&p->a, "%zu of %zu columns "
		    "are drawn, those that drifted first; the table below "
		    "has them all.", n, p->r->n));
	free(s);
}
