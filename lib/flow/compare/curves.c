/* Curves of runs: a metric a plot, four runs a plot. */
#include <string.h>

#include "base/intern.h"
#include "doc/plot.h"
#include "flow/compare/internal.h"

#define METRICS 12		/* that are drawn */
#define TOGETHER 4		/* runs in a plot */
#define POINTS 400		/* of a curve */
#define PLOTS 48

/* At most POINTS of the curve, evenly spaced, the last one among them. */
static void
thin(struct page *p, struct plot_series *s, const struct run_metric *m)
{
	size_t n = m->n < POINTS ? m->n : POINTS;
	double *x = arena_alloc(&p->a, n * sizeof(*x));
	double *y = arena_alloc(&p->a, n * sizeof(*y));

	for (size_t i = 0; i < n; i++) {
		size_t at = n == m->n ? i : (size_t)((double)i *
		    (double)(m->n - 1) / (double)(n - 1) + 0.5);

		x[i] = (double)m->step[at];
		y[i] = m->value[at];
	}
	s->x = x;
	s->y = y;
	s->n = n;
}

static void
draw(struct page *p, const char *metric, const struct plot_series *s, size_t n)
{
	struct plot plot = { .kind = PLOT_LINES, .title = metric,
	    .x_label = "step", .series = s, .n_series = n };

	doc_plot(&p->d, &plot);
}

/* How many plots it took. */
static size_t
draw_metric(struct page *p, const char *metric)
{
	struct plot_series s[TOGETHER];
	size_t n = 0, plots = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct run_metric *m = run_find_metric(&p->run[i],
		    metric);

		if (m == NULL || m->n < 2)
			continue;
		s[n] = (struct plot_series){ .name = p->name[i] };
		thin(p, &s[n++], m);
		if (n == TOGETHER) {
			draw(p, metric, s, n);
			plots++;
			n = 0;
		}
	}
	if (n)
		draw(p, metric, s, n);
	return plots + (n > 0);
}

void
page_curves(struct page *p)
{
	struct intern *names = intern_new();
	size_t plots = 0, n;

	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->run[i].n_metrics; k++)
			if (p->run[i].metric[k].n > 1)
				intern_add(names, p->run[i].metric[k].name,
				    strlen(p->run[i].metric[k].name));
	if (intern_count(names))
		doc_heading(&p->d, 2, "Curves");
	for (uint32_t k = 0; k < intern_count(names) && k < METRICS && plots <
	    PLOTS; k++)
		plots += draw_metric(p, intern_text(names, k, &n));
	if (intern_count(names) > METRICS || plots >= PLOTS)
		doc_paragraph(&p->d, "There are more curves than are drawn "
		    "here.");
	intern_free(names);
}
