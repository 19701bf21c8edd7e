/* How good the answers were, once labels have come: of all rows, day by day,
 * of each segment, and of segments that nobody named. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "doc/plot.h"
#include "flow/report/internal.h"

/* The metric that says which group is weak. */
static const struct late_metric *
main_metric(const struct late_group *g)
{
	static const char *const name[] = { "auc", "accuracy", "mae" };

	for (size_t k = 0; k < sizeof(name) / sizeof(*name); k++)
		for (size_t i = 0; i < g->n; i++)
			if (strcmp(g->m[i].name, name[k]) == 0)
				return &g->m[i];
	return &g->m[0];
}

static const char *
interval_text(struct report *p, double low, double high)
{
	return isnan(low) || isnan(high) ? "" : arena_printf(&p->a,
	    "%.4g to %.4g", low, high);
}

static void
put_all(struct report *p, const struct late_group *all)
{
	static const char *const heads[] = { "metric", "value", "interval" };

	doc_table_open(&p->d, heads, 3, "lrr");
	for (size_t i = 0; i < all->n; i++)
		doc_row(&p->d, (const char *const[]){ all->m[i].name,
		    report_number(p, all->m[i].value), interval_text(p,
		    all->m[i].low, all->m[i].high) });
	doc_table_close(&p->d);
}

/* The metric between the ends of its interval, where it has one: without it
 * chance looks like change. */
static void
draw_days(struct report *p, const struct late_group *const *g, size_t n)
{
	double *x = xalloc(4 * n, sizeof(*x)), *y = x + n;
	const char *name = main_metric(g[0])->name;
	struct plot_series s[] = { { .name = name, .x = x, .y = y },
	    { .name = "interval from", .x = x, .y = x + 2 * n },
	    { .name = "to", .x = x, .y = x + 3 * n } };
	struct plot plot = { .kind = PLOT_LINES, .title = arena_printf(&p->a,
	    "%s, day by day", name), .x_label = "day, of those below",
	    .y_label = name, .series = s, .n_series = 3 };
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		const struct late_metric *m = main_metric(g[i]);

		if (isnan(m->value))
			continue;
		x[shown] = (double)(i + 1);
		y[shown] = m->value;
		y[n + shown] = m->low;
		y[2 * n + shown++] = m->high;
		if (isnan(m->low) || isnan(m->high))
			plot.n_series = 1;
	}
	s[0].n = s[1].n = s[2].n = shown;
	if (plot.n_series == 1)
		s[0].name = NULL;
	if (shown > 1)
		doc_plot(&p->d, &plot);
	free(x);
}

static void
put_groups(struct report *p, const struct late_group *const *g, size_t n)
{
	const char *heads[] = { g[0]->by, "rows", "labelled",
	    main_metric(g[0])->name, "interval", "verdict" };

	doc_table_open(&p->d, heads, 6, "lrrrrl");
	for (size_t i = 0; i < n; i++) {
		const struct late_metric *m = main_metric(g[i]);
		const char *name = g[i]->value != NULL ? g[i]->value :
		    "(missing)";

		doc_row(&p->d, (const char *const[]){ g[i]->predictions <
		    REPORT_FEW ? "(fewer than five rows)" : arena_strndup(
		    &p->a, name, utf8_cut(name, strlen(name), 60)), report_count(p,
		    g[i]->predictions), report_count(p, g[i]->labelled),
		    report_number(p, m->value), interval_text(p, m->low,
		    m->high), g[i]->weak ? "weak" : g[i]->labelled == 0 ?
		    "unlabelled" : g[i]->labelled < LATE_FEW ? "few" :
		    "same" });
	}
	doc_table_close(&p->d);
}

static int
most_rows_first(const void *a, const void *b)
{
	const struct late_group *x = *(const struct late_group *const *)a;
	const struct late_group *y = *(const struct late_group *const *)b;

	if (x->predictions != y->predictions)
		return x->predictions > y->predictions ? -1 : 1;
	return (x > y) - (x < y);
}

/* Of days the newest are told, of values the most frequent. */
static void
put_by(struct report *p, const struct late_report *r, const char *by)
{
	const struct late_group **g = arena_alloc(&p->a, r->n * sizeof(*g));
	bool days = strcmp(by, "day") == 0;
	size_t most = days ? REPORT_WINDOWS : REPORT_SEGMENTS, n = 0, told;

	for (size_t i = 1; i < r->n; i++)
		if (strcmp(r->group[i].by, by) == 0)
			g[n++] = &r->group[i];
	if (n == 0)
		return;
	told = n < most ? n : most;
	if (days)
		g += n - told;
	else
		qsort(g, n, sizeof(*g), most_rows_first);
	doc_heading(&p->d, 3, arena_printf(&p->a, "Performance by %s", by));
	if (days)
		draw_days(p, g, told);
	put_groups(p, g, told);
	if (told < n)
		doc_paragraph(&p->d, arena_printf(&p->a, "%s %zu of %zu.",
		    days ? "The newest" : "The most frequent", told, n));
}

static void
put_weak(struct report *p, const struct perf_found *f)
{
	static const char *const heads[] = { "segment", "labelled", "loss",
	    "interval", "all others", "q" };
	const char *loss = f->task == TASK_REGRESSION ? "the mean distance "
	    "from the truth" : "the share of wrong answers";

	doc_heading(&p->d, 3, "Weak segments");
	if (f->weak.n == 0) {
		doc_paragraph(&p->d, arena_printf(&p->a, "None of %llu that "
		    "were looked at is surely worse than all other rows.",
		    (unsigned long long)f->weak.tried));
		return;
	}
	doc_table_open(&p->d, heads, 6, "lrrrrr");
	for (size_t i = 0; i < f->weak.n; i++) {
		const struct weak_segment *w = &f->weak.segment[i];

		doc_row(&p->d, (const char *const[]){ w->text,
		    report_count(p, w->rows), report_number(p, w->loss),
		    interval_text(p, w->low, w->high), report_number(p,
		    w->rest), report_number(p, w->q) });
	}
	doc_table_close(&p->d);
	doc_paragraph(&p->d, arena_printf(&p->a, "The loss is %s. %llu "
	    "segments of %llu labelled rows or more were looked at; q is the "
	    "chance of so much without a difference, corrected for all of "
	    "them.", loss, (unsigned long long)f->weak.tried,
	    (unsigned long long)p->o->perf->weak_rows));
}

static void
put_performance(struct report *p, const struct late_report *r,
    const struct perf_found *f)
{
	const struct perf_opts *o = p->o->perf;

	doc_heading(&p->d, 2, "Performance");
	report_left_out(p, r->unlabelled.n, "Rows not yet labelled");
	report_left_out(p, r->unkeyed, "Rows without a key");
	report_left_out(p, r->unknown.n, "Labels of no row");
	report_left_out(p, r->conflicting.n, o->latest ? "Keys with different "
	    "labels, the later one counts" : "Keys with different labels, "
	    "left out");
	report_left_out(p, r->shared.n, "Keys of several rows, each judged");
	report_left_out(p, r->strange.n, "Labels of no class, left out");
	report_left_out(p, f->unscored, "Rows without an answer");
	put_all(p, &r->group[0]);
	put_by(p, r, "day");
	for (size_t i = 0; i < o->n_by; i++)
		put_by(p, r, o->by[i]);
	if (f->sampled > 0)
		doc_paragraph(&p->d, arena_printf(&p->a, "Weak segments are "
		    "sought in a sample of %s rows.", report_count(p,
		    f->sampled)));
	put_weak(p, f);
}

int
report_performance(struct report *p, struct err *e)
{
	struct late_report r;
	struct perf_found f;
	int got;

	if (p->o->perf == NULL)
		return 0;
	got = perf_run(&r, &f, p->o->perf, e);
	if (got == 0)
		put_performance(p, &r, &f);
	late_report_release(&r);
	weak_release(&f.weak);
	arena_free(&f.arena);
	return got;
}
