/* A study as a page. */
#include "flow/search/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "doc/plot.h"
#include "doc/spark.h"
#include "math/elem.h"
#include "search/front.h"
#include "search/importance/importance.h"

#define FOURTHS 4
#define SPARK_WIDTH 60

static const char *const fourth_names[FOURTHS] = { "best fourth", "second",
	"third", "last" };

/* A complete trial. */
struct shown {
	size_t number;
	const double *x;		/* (space n) */
	double y;			/* as it was told */
	size_t fourth;			/* by its value */
};

struct page {
	struct doc d;
	struct arena a;
	struct study *s;
	struct space space;
	struct past past;
	size_t objective;
	bool maximize;
	struct shown *trial;		/* (n), by number */
	size_t n, complete;		/* n: those that are drawn */
	struct importance *importance;	/* (space n) */
	bool weighed;
	const char *value;		/* what the axis says */
};

/* --- the trials ------------------------------------------------------------ */

static int
best_first(const void *a, const void *b)
{
	const struct shown *x = *(const struct shown *const *)a;
	const struct shown *y = *(const struct shown *const *)b;

	/* of a study that maximises, values are turned round meanwhile */
	if (x->y != y->y)
		return x->y < y->y ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

static struct shown **
ranked(const struct page *p)
{
	struct shown **by = xalloc(p->n + 1, sizeof(struct shown *));

	for (size_t i = 0; i < p->n; i++) {
		by[i] = &p->trial[i];
		by[i]->y = p->maximize ? -by[i]->y : by[i]->y;
	}
	qsort(by, p->n, sizeof(struct shown *), best_first);
	for (size_t i = 0; i < p->n; i++)
		by[i]->y = p->maximize ? -by[i]->y : by[i]->y;
	return by;
}

static void
take_trials(struct page *p)
{
	size_t first = 0;
	struct shown **by;

	for (size_t i = 0; i < p->past.n; i++)
		p->complete += p->past.trial[i].state == TRIAL_COMPLETE;
	if (p->complete > STUDY_PAGE_TRIALS)
		first = p->complete - STUDY_PAGE_TRIALS;
	p->trial = arena_alloc(&p->a, (p->complete - first + 1) *
	    sizeof(*p->trial));
	for (size_t i = 0, k = 0; i < p->past.n; i++) {
		const struct past_trial *t = &p->past.trial[i];
		double y = t->y[p->objective];

		if (t->state != TRIAL_COMPLETE || k++ < first)
			continue;
		p->trial[p->n++] = (struct shown){ t->number, t->x,
		    p->maximize ? -y : y, 0 };
	}
	by = ranked(p);
	for (size_t i = 0; i < p->n; i++)
		by[i]->fourth = i * FOURTHS / p->n;
	free(by);
}

/* Where a parameter's value lies on an axis. */
static double
on_axis(const struct space_param *q, double v)
{
	return q->log && q->kind != SPACE_CATEGORICAL ? m_log10(v) : v;
}

static const char *
axis_label(struct page *p, const struct space_param *q)
{
	struct buf b;
	const char *s;

	if (q->kind != SPACE_CATEGORICAL)
		return q->log ? arena_printf(&p->a, "log10 %s", q->name) :
		    q->name;
	buf_init(&b, BUF_CAP_SMALL);
	buf_addf(&b, "%s:", q->name);
	for (size_t k = 0; k < q->n_choices && k < 8; k++) {
		buf_addf(&b, " %zu ", k);
		space_value_text(&b, q, (double)k);
	}
	s = arena_strndup(&p->a, b.data, b.len);
	buf_free(&b);
	return s;
}

/* --- parts of the page ----------------------------------------------------- */

static const char *
number_text(struct page *p, double v)
{
	return arena_printf(&p->a, "%.6g", v);
}

static void
put_facts(struct page *p)
{
	size_t state[TRIAL_WAITING + 1] = { 0 };
	const size_t *front;
	size_t n = study_front(&front, &p->a, p->s);

	for (size_t i = 0; i < p->s->n; i++)
		state[p->s->trial[i].state]++;
	doc_tile(&p->d, "trials", arena_printf(&p->a, "%zu", p->s->n),
	    arena_printf(&p->a, "%zu complete, %zu pruned, %zu failed, %zu "
	    "running", state[TRIAL_COMPLETE], state[TRIAL_PRUNED],
	    state[TRIAL_FAIL], state[TRIAL_RUNNING]));
	if (n > 0 && p->s->n_objectives == 1)
		doc_tile(&p->d, "best", number_text(p, study_objectives(p->s,
		    front[0])[0]), arena_printf(&p->a, "trial %zu, %s",
		    front[0], p->maximize ? "maximized" : "minimized"));
	else if (n > 0)
		doc_tile(&p->d, "front", arena_printf(&p->a, "%zu", n),
		    "trials that no other beats in every direction");
}

static void
put_history(struct page *p)
{
	double *x = arena_alloc(&p->a, (p->n + 1) * sizeof(*x));
	double *y = arena_alloc(&p->a, (p->n + 1) * sizeof(*y));
	double *best = arena_alloc(&p->a, (p->n + 1) * sizeof(*best));
	struct plot_series one = { .x = x, .y = y, .n = p->n };
	struct plot plot = { .kind = PLOT_POINTS, .title = "Value of each "
	    "trial", .x_label = "trial", .y_label = p->value, .series = &one,
	    .n_series = 1 };
	struct buf b;

	for (size_t i = 0; i < p->n; i++) {
		x[i] = (double)p->trial[i].number;
		y[i] = p->trial[i].y;
		best[i] = i == 0 ? y[i] : p->maximize ? fmax(best[i - 1],
		    y[i]) : fmin(best[i - 1], y[i]);
	}
	doc_heading(&p->d, 2, "History");
	if (p->d.form == DOC_MARKDOWN) {
		buf_init(&b, BUF_CAP_SMALL);
		plot_spark(&b, y, p->n, SPARK_WIDTH);
		doc_fact(&p->d, "value of each trial", b.data);
		buf_clear(&b);
		plot_spark(&b, best, p->n, SPARK_WIDTH);
		doc_fact(&p->d, "best so far", b.data);
		buf_free(&b);
		return;
	}
	doc_plot(&p->d, &plot);
	plot.kind = PLOT_LINES;
	plot.title = "Best so far";
	one.y = best;
	doc_plot(&p->d, &plot);
}

static void
put_importance(struct page *p)
{
	size_t n = p->space.n;
	const char **label = arena_alloc(&p->a, (n + 1) * sizeof(*label));
	double *share = arena_alloc(&p->a, (n + 1) * sizeof(*share));
	const struct plot_series one = { .y = share, .n = n };
	const struct plot plot = { .kind = PLOT_BARS, .title = "Share of the "
	    "variance that is a parameter's own (functional ANOVA)",
	    .series = &one, .n_series = 1, .labels = label };

	doc_heading(&p->d, 2, "Importance");
	if (!p->weighed) {
		doc_paragraph(&p->d, "Too few complete trials, or all of the "
		    "same value: no parameter stands out.");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		label[i] = p->space.param[p->importance[i].param].name;
		share[i] = p->importance[i].share;
	}
	doc_plot(&p->d, &plot);
}

/* The trials by fourths, as points or lines at (x, y). */
struct points {
	double *x[FOURTHS], *y[FOURTHS];
	size_t n[FOURTHS];
};

static void
points_init(struct points *q, struct page *p, size_t room)
{
	memset(q, 0, sizeof(*q));
	for (size_t f = 0; f < FOURTHS; f++) {
		q->x[f] = arena_alloc(&p->a, (room + 1) * sizeof(double));
		q->y[f] = arena_alloc(&p->a, (room + 1) * sizeof(double));
	}
}

static void
points_add(struct points *q, size_t fourth, double x, double y)
{
	q->x[fourth][q->n[fourth]] = x;
	q->y[fourth][q->n[fourth]++] = y;
}

static void
points_plot(struct page *p, const struct points *q, struct plot *plot)
{
	struct plot_series s[FOURTHS];

	for (size_t f = 0; f < FOURTHS; f++)
		s[f] = (struct plot_series){ .name = fourth_names[f],
		    .x = q->x[f], .y = q->y[f], .n = q->n[f] };
	plot->series = s;
	plot->n_series = FOURTHS;
	doc_plot(&p->d, plot);
}

/* Each parameter against the value. */
static void
put_slices(struct page *p)
{
	doc_heading(&p->d, 2, "Each parameter");
	for (size_t i = 0; i < p->space.n && i < STUDY_PAGE_PARAMS; i++) {
		size_t at = p->importance[i].param;
		const struct space_param *q = &p->space.param[at];
		struct plot plot = { .kind = PLOT_POINTS, .title = q->name,
		    .x_label = axis_label(p, q), .y_label = p->value };
		struct points all;

		points_init(&all, p, p->n);
		for (size_t k = 0; k < p->n; k++)
			points_add(&all, p->trial[k].fourth, on_axis(q,
			    p->trial[k].x[at]), p->trial[k].y);
		points_plot(p, &all, &plot);
	}
}

/* The two that mattered most, the value as colour. */
static void
put_contour(struct page *p)
{
	struct points all;
	size_t a, b;
	struct plot plot = { .kind = PLOT_POINTS };

	if (p->space.n < 2 || !p->weighed)
		return;
	a = p->importance[0].param;
	b = p->importance[1].param;
	plot.title = arena_printf(&p->a, "%s and %s, by the fourth of the value",
	    p->space.param[a].name, p->space.param[b].name);
	plot.x_label = axis_label(p, &p->space.param[a]);
	plot.y_label = axis_label(p, &p->space.param[b]);
	points_init(&all, p, p->n);
	for (size_t k = 0; k < p->n; k++)
		points_add(&all, p->trial[k].fourth, on_axis(
		    &p->space.param[a], p->trial[k].x[a]), on_axis(
		    &p->space.param[b], p->trial[k].x[b]));
	doc_heading(&p->d, 2, "The two that matter most");
	points_plot(p, &all, &plot);
}

/* Every parameter an upright, a trial a line between them. */
static void
put_parallel(struct page *p)
{
	size_t n = p->space.n < STUDY_PAGE_PARAMS ? p->space.n :
	    STUDY_PAGE_PARAMS, drawn[FOURTHS] = { 0 };
	struct plot plot = { .kind = PLOT_LINES, .title = "Trials side by "
	    "side, each parameter from its lowest to its highest value",
	    .y_label = "place in the range" };
	struct shown **by = ranked(p);
	struct points all;
	struct buf names;

	points_init(&all, p, p->n * (n + 1));
	buf_init(&names, BUF_CAP_SMALL);
	for (size_t i = 0; i < n; i++)
		buf_addf(&names, "%s%zu %s", i ? "   " : "", i + 1,
		    p->space.param[p->importance[i].param].name);
	plot.x_label = arena_strndup(&p->a, names.data, names.len);
	for (size_t k = 0; k < p->n; k++) {
		size_t f = by[k]->fourth;

		if (drawn[f]++ >= STUDY_PAGE_LINES)
			continue;
		for (size_t i = 0; i < n; i++) {
			size_t at = p->importance[i].param;
			const struct space_param *q = &p->space.param[at];
			double v = by[k]->x[at];

			points_add(&all, f, (double)(i + 1), isnan(v) ? NAN :
			    space_to_unit(q, v));
		}
		points_add(&all, f, NAN, NAN);
	}
	doc_heading(&p->d, 2, "Side by side");
	points_plot(p, &all, &plot);
	buf_free(&names);
	free(by);
}

static const char *
params_text(struct page *p, const struct shown *t)
{
	struct buf b;
	const char *s;

	buf_init(&b, BUF_CAP_DOC);
	for (size_t i = 0; i < p->space.n; i++) {
		if (isnan(t->x[i]))
			continue;
		buf_addf(&b, "%s%s=", b.len ? "  " : "",
		    p->space.param[i].name);
		space_value_text(&b, &p->space.param[i], t->x[i]);
	}
	s = arena_strndup(&p->a, b.data ? b.data : "", b.len);
	buf_free(&b);
	return s;
}

static void
put_best(struct page *p)
{
	static const char *const heads[] = { "trial", "value", "parameters",
	    "run" };
	struct shown **by = ranked(p);

	doc_heading(&p->d, 2, "Best trials");
	doc_table_open(&p->d, heads, 4, "rrll");
	for (size_t i = 0; i < p->n && i < STUDY_PAGE_BEST; i++)
		doc_row(&p->d, (const char *const[]){ arena_printf(&p->a,
		    "%zu", by[i]->number), number_text(p, by[i]->y),
		    params_text(p, by[i]), p->s->trial[by[i]->number].run });
	doc_table_close(&p->d);
	free(by);
}

static void
put_all(struct page *p)
{
	put_facts(p);
	if (p->n == 0) {
		doc_notice(&p->d, "No trial is complete yet.");
		return;
	}
	if (p->n < p->complete)
		doc_paragraph(&p->d, arena_printf(&p->a, "Drawn are the newest "
		    "%zu of %zu complete trials.", p->n, p->complete));
	put_history(p);
	put_importance(p);
	put_best(p);
	if (p->d.form == DOC_MARKDOWN)
		return;
	put_contour(p);
	put_slices(p);
	put_parallel(p);
}

int
study_page_write(struct buf *out, struct study *s, size_t objective,
    enum doc_form form, struct err *e)
{
	struct page p = { .s = s, .objective = objective,
	    .maximize = s->maximize[objective] };
	struct err why = ERR_INIT;
	size_t used;
	int r = study_space(&p.space, s, e);

	if (r == 0)
		r = past_read(&p.past, s, &p.space, e);
	if (r == 0) {
		p.value = s->n_objectives == 1 ? "value" : arena_printf(&p.a,
		    "value %zu", objective + 1);
		take_trials(&p);
		p.importance = arena_alloc(&p.a, (p.space.n + 1) *
		    sizeof(*p.importance));
		p.weighed = importance_find(p.importance, &used, &p.past,
		    objective, 0, &why) == 0;
		doc_open(&p.d, out, form, arena_printf(&p.a, "Search: %s",
		    s->name));
		put_all(&p);
		doc_close(&p.d);
		r = buf_check(out, e);
	}
	past_release(&p.past);
	space_release(&p.space);
	arena_free(&p.a);
	return r;
}
