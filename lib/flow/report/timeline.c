/* The current side window by window. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "doc/plot.h"
#include "flow/report/internal.h"

#define NAMED 3			/* columns a window names */

struct moment {
	int64_t from_us;
	uint64_t rows;
	double share;
	size_t count;
	bool few;
	const char *names;
};

struct moments {
	struct report *p;
	const struct binned *b;
	struct moment *v;		/* a ring of REPORT_WINDOWS */
	size_t n;			/* told of */
};

static double
usual_threshold(bool *calibrated, void *ctx, size_t column, uint64_t rows)
{
	(void)ctx;
	(void)column;
	(void)rows;
	*calibrated = false;
	return WINDOWS_THRESHOLD;
}

static int
begin(void *ctx, const struct binned *b, struct windows_opts *o,
    struct err *e)
{
	struct moments *m = ctx;

	(void)e;
	m->b = b;
	o->threshold = usual_threshold;
	return 0;
}

static const char *
name_columns(struct moments *m, const struct windows_verdict *v)
{
	struct buf b;
	const char *s;
	size_t told = 0;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < m->b->n && told < NAMED; i++)
		if (v->col[i].drifted)
			buf_addf(&b, "%s%s", told++ > 0 ? ", " : "",
			    m->b->col[i].name);
	buf_adds(&b, v->count > told ? " ..." : "");
	s = arena_strndup(&m->p->a, b.data, b.len);
	buf_free(&b);
	return s;
}

static void
say(void *ctx, const struct windows_verdict *v)
{
	struct moments *m = ctx;

	m->v[m->n++ % REPORT_WINDOWS] = (struct moment){ v->from_us, v->rows,
	    v->share, v->count, v->few, name_columns(m, v) };
}

static int
flush(void *ctx, struct err *e)
{
	(void)ctx;
	(void)e;
	return 0;
}

/* "2026-01-02", or with the time where windows are shorter than a day. */
static const char *
say_moment(struct report *p, int64_t us, int64_t pane_us)
{
	char text[CLOCK_TEXT_MAX];
	size_t n = clock_print(text, us);

	return arena_strndup(&p->a, text, pane_us % INT64_C(86400000000) ==
	    0 ? 10 : n);
}

static void
draw(struct moments *m, size_t first, size_t n)
{
	double *x = xalloc(n, sizeof(*x)), *y = xalloc(n, sizeof(*y));
	struct plot_series s = { .x = x, .y = y };
	struct plot plot = { .kind = PLOT_LINES, .title = "Share of the "
	    "columns that drifted, window by window", .x_label =
	    "window, of those below", .y_label = "share of the columns",
	    .series = &s, .n_series = 1, .from_zero = true };

	for (size_t i = 0; i < n; i++) {
		const struct moment *t = &m->v[(first + i) % REPORT_WINDOWS];

		if (t->few)
			continue;
		x[s.n] = (double)(i + 1);
		y[s.n++] = t->share;
	}
	if (s.n > 1)
		doc_plot(&m->p->d, &plot);
	free(x);
	free(y);
}

int
report_timeline(struct report *p, struct err *e)
{
	static const char *const heads[] = { "window", "from", "rows",
	    "drifted", "which" };
	struct windows_run *run = p->o->timeline;
	struct moments m = { .p = p };
	size_t first, n;

	if (run == NULL)
		return 0;
	m.v = xalloc(REPORT_WINDOWS, sizeof(*m.v));
	run->begin = begin;
	run->say = say;
	run->flush = flush;
	run->ctx = &m;
	if (windows_run(run, e) < 0) {
		free(m.v);
		return -1;
	}
	n = m.n < REPORT_WINDOWS ? m.n : REPORT_WINDOWS;
	first = m.n - n;
	doc_heading(&p->d, 2, "Timeline");
	report_left_out(p, run->count.untimed, "Rows without a time, left "
	    "out here");
	report_left_out(p, run->count.late, "Rows that came after their "
	    "window was closed, left out here");
	draw(&m, first, n);
	doc_table_open(&p->d, heads, 5, "rrrrl");
	for (size_t i = 0; i < n; i++) {
		const struct moment *t = &m.v[(first + i) % REPORT_WINDOWS];

		doc_row(&p->d, (const char *const[]){ report_count(p, i + 1),
		    say_moment(p, t->from_us, run->windows.pane_us),
		    report_count(p, t->rows), t->few ? "too few" :
		    report_count(p, t->count), t->names });
	}
	doc_table_close(&p->d);
	free(m.v);
	return 0;
}
