/* The metrics of a model's run, step by step: how it learned. */
#include <math.h>

#include "doc/plot.h"
#include "doc/spark.h"
#include "flow/card/internal.h"
#include "stat/metric.h"

#define CURVES_MOST 4		/* what one plot holds */
#define SPARK_MOST 40		/* marks that a line of text has room for */

/* The step of a curve's best value; -1 when nobody knows which that is. */
static long
best_step(const struct run_metric *m)
{
	int better = metric_better(m->name);
	long best = -1;

	for (size_t i = 0; better != 0 && i < m->n; i++) {
		double v = m->value[i];

		if (isfinite(v) && (best < 0 || (better > 0 ?
		    v > m->value[best] : v < m->value[best])))
			best = (long)i;
	}
	return best;
}

static void
table_curves(struct card *k)
{
	const char *heads[] = { "while it learned", "steps", "first", "best",
	    "at step", "last", "course" }, *cells[7];

	doc_table_open(&k->d, heads, 7, "lrrrrrl");
	for (size_t i = 0; i < k->run.n_metrics; i++) {
		const struct run_metric *m = &k->run.metric[i];
		long best = best_step(m);
		struct buf b;

		if (m->n < 3)
			continue;
		buf_init(&b, BUF_CAP_SMALL);
		plot_spark(&b, m->value, m->n, SPARK_MOST);
		cells[0] = m->name;
		cells[1] = arena_printf(&k->a, "%zu", m->n);
		cells[2] = arena_printf(&k->a, "%.6g", m->value[0]);
		cells[3] = best < 0 ? "" : arena_printf(&k->a, "%.6g",
		    m->value[best]);
		cells[4] = best < 0 ? "" : arena_printf(&k->a, "%lld",
		    (long long)m->step[best]);
		cells[5] = arena_printf(&k->a, "%.6g", m->value[m->n - 1]);
		cells[6] = b.data;
		doc_row(&k->d, cells);
		buf_free(&b);
	}
	doc_table_close(&k->d);
}

void
card_curves(struct card *k)
{
	struct plot_series s[CURVES_MOST] = { { .n = 0 } };
	struct plot p = { .kind = PLOT_LINES, .title = "While it learned",
	    .x_label = "step", .series = s };

	for (size_t i = 0; k->has_run && i < k->run.n_metrics &&
	    p.n_series < CURVES_MOST; i++) {
		const struct run_metric *m = &k->run.metric[i];
		double *x;

		if (m->n < 3)
			continue;
		x = arena_alloc(&k->a, m->n * sizeof(*x));
		for (size_t t = 0; t < m->n; t++)
			x[t] = (double)m->step[t];
		s[p.n_series++] = (struct plot_series){ .name = m->name,
		    .x = x, .y = m->value, .n = m->n };
	}
	if (p.n_series == 0)
		return;
	if (k->d.form == DOC_MARKDOWN)
		table_curves(k);
	else
		doc_plot(&k->d, &p);
}
