/* mlv-drift watch --window: windows of a stream beside a reference. */
#include "windows.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "base/source.h"
#include "cli/cli.h"
#include "drift/thresholds.h"
#include "flow/windows/windows.h"
#include "read/whole.h"
#include "side.h"
#include "weights.h"

#define FUTURE_US INT64_C(86400000000)	/* a clock may be a day ahead */

struct window_words {
	struct cli *c;
	const struct watch_verb *o;
	const struct binned *b;
	bool rows;			/* windows of rows, not of time */
	bool thresholds;		/* there is a file of them */
	struct thresholds t;
	const struct drift_weight *weight;	/* (n_weights) */
	size_t n_weights;
	uint64_t drifted;
};

/* ---- records ---- */

static void
put_span(struct out *o, const struct window_words *w,
    const struct windows_verdict *v)
{
	char text[CLOCK_TEXT_MAX];

	if (w->rows) {
		num_print_u64(text, v->first_row);
		out_text(o, "window", text);
	} else {
		clock_print(text, v->from_us);
		out_text(o, "window", text);
	}
}

static void
put_column(const struct window_words *w, const struct windows_verdict *v,
    size_t i)
{
	const struct windows_column *d = &v->col[i];
	struct out *o = &w->c->out;

	out_begin(o, "mlv.drift.window_column/1");
	put_span(o, w, v);
	out_text(o, "column", w->b->col[i].name);
	out_num(o, "score", d->score);
	out_num(o, "threshold", d->threshold);
	out_num(o, "q", d->q);
	out_int(o, "rows", (int64_t)v->rows);
	out_int(o, "missing", (int64_t)d->missing);
	out_text(o, "verdict", v->few ? "too few" : d->drifted ? "drift" :
	    "same");
	out_end(o);
}

static void
say_window(void *ctx, const struct windows_verdict *v)
{
	struct window_words *w = ctx;
	struct out *o = &w->c->out;

	for (size_t i = 0; i < w->b->n; i++)
		if (w->c->json || v->col[i].drifted)
			put_column(w, v, i);
	w->drifted += w->o->any ? v->count > 0 : v->drifted;
	out_begin(o, "mlv.drift.window/1");
	put_span(o, w, v);
	out_only(o, OUT_TEXT);
	out_text(o, "column", "(window)");
	out_only(o, OUT_BOTH);
	out_num(o, "share", v->share);
	out_num(o, "threshold", w->o->share);
	out_num(o, "weighted", v->weighted);
	out_int(o, "rows", (int64_t)v->rows);
	out_int(o, "count", (int64_t)v->count);
	out_text(o, "verdict", v->few ? "too few" : v->drifted ? "drift" :
	    "same");
	out_end(o);
}

static int
flush_windows(void *ctx, struct err *e)
{
	struct window_words *w = ctx;

	return out_flush(&w->c->out, e);
}

/* ---- thresholds and weights ---- */

static double
threshold_of(bool *calibrated, void *ctx, size_t column, uint64_t rows)
{
	const struct window_words *w = ctx;
	double v = w->thresholds ? thresholds_at(&w->t,
	    w->b->col[column].name, rows, w->b->rows, -1) : -1;

	*calibrated = v >= 0;
	return *calibrated ? v : WINDOWS_THRESHOLD;
}

static double *
find_weights(const struct window_words *w)
{
	double *out = arena_alloc(&w->c->arena, w->b->n * sizeof(*out));

	for (size_t k = 0; k < w->n_weights; k++)
		for (size_t i = 0; i < w->b->n; i++)
			if (strcmp(w->b->col[i].name, w->weight[k].column) ==
			    0)
				out[i] = w->weight[k].weight;
	return out;
}

static int
begin_windows(void *ctx, const struct binned *b, struct windows_opts *o,
    struct err *e)
{
	struct window_words *w = ctx;

	(void)e;
	w->b = b;
	o->threshold = threshold_of;
	o->threshold_ctx = w;
	if (w->n_weights > 0)
		o->weight = find_weights(w);
	return 0;
}

static int
read_thresholds(struct window_words *w, const char *path, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	r = file_read(&b, path, e);
	if (r == 0 && thresholds_parse(&w->t, b.data, b.len, e) < 0)
		r = err_wrap(e, "%s", path);
	w->thresholds = r == 0;
	buf_free(&b);
	return r;
}

/* ---- what is asked ---- */

/* "1d" is time, "1000" rows. */
static bool
parse_span(int64_t *us, uint64_t *rows, const char *s)
{
	static const char letter[] = "smhdw";
	static const int64_t seconds[] = { 1, 60, 3600, 86400, 604800 };
	size_t n = strlen(s);
	const char *at = n > 0 ? strchr(letter, s[n - 1]) : NULL;
	uint64_t v;

	*us = 0;
	*rows = 0;
	if (n > 0 && num_parse_u64(s, n, rows))
		return *rows > 0 && *rows <= INT64_MAX / 2;
	if (at == NULL || !num_parse_u64(s, n - 1, &v) || v == 0 || v >
	    100000)
		return false;
	*us = (int64_t)v * seconds[at - letter] * 1000000;
	return true;
}

static int
fill_windows(struct windows_opts *w, struct cli *c,
    const struct watch_verb *o)
{
	int64_t us, late_us = 0;
	uint64_t rows, ignored;

	if (!parse_span(&us, &rows, o->window))
		return cli_usage(c, "--window takes rows, or a time as 1h or "
		    "1d, not '%s'", o->window);
	if (!parse_span(&w->pane_us, &w->pane_rows, o->every != NULL ?
	    o->every : o->window))
		return cli_usage(c, "--every takes rows, or a time as 1h or "
		    "1d, not '%s'", o->every);
	if ((us == 0) != (w->pane_us == 0))
		return cli_usage(c, "--window and --every are both rows or "
		    "both time");
	if (us != 0 ? us % w->pane_us != 0 || us / w->pane_us >
	    WINDOWS_PANES_MAX : rows % w->pane_rows != 0 || rows /
	    w->pane_rows > WINDOWS_PANES_MAX)
		return cli_usage(c, "--window is --every 1 to %d times",
		    WINDOWS_PANES_MAX);
	w->panes = us != 0 ? (size_t)(us / w->pane_us) : (size_t)(rows /
	    w->pane_rows);
	if (o->late != NULL && (!parse_span(&late_us, &ignored, o->late) ||
	    late_us == 0))
		return cli_usage(c, "--late takes a time as 5m, not '%s'",
		    o->late);
	w->late_us = late_us;
	w->level = WINDOWS_LEVEL;
	w->share = o->share;
	w->min_rows = (uint64_t)o->min_rows;
	w->future_us = us != 0 ? clock_wall_us() + FUTURE_US : 0;
	return 0;
}

static void
warn_counts(struct cli *c, const struct windows_run *r)
{
	const struct windows_count *n = &r->count;

	if (r->empty)
		cli_warn(c, "there is no row yet");
	if (r->skipped > 0)
		cli_warn(c, "lines of the request log passed over, torn or "
		    "not flat: %llu", (unsigned long long)r->skipped);
	if (r->strange > 0)
		cli_warn(c, "cells that are no numbers, as the reference has "
		    "them, taken for missing: %llu",
		    (unsigned long long)r->strange);
	if (n->late > 0)
		cli_warn(c, "rows that came after their window was closed, "
		    "left out: %llu (--late waits)",
		    (unsigned long long)n->late);
	if (n->future > 0)
		cli_warn(c, "rows of a day or more from now on, left out: "
		    "%llu: a clock is wrong", (unsigned long long)n->future);
	if (n->untimed > 0)
		cli_warn(c, "rows without a time, left out: %llu",
		    (unsigned long long)n->untimed);
}

static int
run_windows(struct window_words *w, struct windows_run *r, const char *name,
    const struct table_read_opts *user, struct err *e)
{
	struct side ref = { 0 };
	int got = side_open(&ref, w->c->catalog, name, user, e);

	if (got == 0 && ref.t == NULL)
		got = err_set(e, ERR_UNSUPPORTED, ref.p != NULL ? "a profile "
		    "has no rows to make bins of: name its data" : "no rows "
		    "in the reference");
	if (got == 0 && w->o->thresholds != NULL)
		got = read_thresholds(w, w->o->thresholds, e);
	if (got == 0)
		got = weights_read(&w->weight, &w->n_weights, w->c,
		    w->o->weights, w->o->importance, e);
	r->reference = ref.t;
	if (got == 0)
		got = windows_run(r, e);
	side_close(&ref);
	return got;
}

int
watch_windows(struct cli *c, struct watch_verb *o, int argc, char **argv)
{
	struct window_words w = { .c = c, .o = o };
	struct windows_run r = { .time = o->time, .only = o->column.v,
	    .n_only = o->column.n, .exclude = o->exclude.v,
	    .n_exclude = o->exclude.n, .state = o->state,
	    .from_start = o->from_start, .begin = begin_windows,
	    .say = say_window, .flush = flush_windows, .ctx = &w };
	struct err e = ERR_INIT;
	int status;

	if (argc != 2)
		return cli_usage(c, "watch --window takes a reference and a "
		    "stream");
	if ((status = reading_opts(&r.read, c, &o->read)) != 0 ||
	    (status = fill_windows(&r.windows, c, o)) != 0)
		return status;
	w.rows = r.windows.pane_us == 0;
	r.path = argv[1];
	if (run_windows(&w, &r, argv[0], &r.read, &e) < 0)
		status = cli_fail(c, &e);
	else
		status = w.drifted > 0 ? EXIT_NO : EXIT_YES;
	warn_counts(c, &r);
	thresholds_release(&w.t);
	return status;
}
