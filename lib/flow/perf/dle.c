/*
 * Direct loss estimation: how far off a regression is on rows without a label,
 * by trees that learn the loss of labelled rows from all columns of an answer.
 * And the segments that lose most.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "flow/multi/boosted.h"
#include "flow/perf/internal.h"
#include "stat/ranked.h"

#define FEW 50				/* rows that cannot teach trees */
#define BAND 3				/* sampling errors */

/* Segments that are worse, among all labelled rows. */
int
dle_find_weak(struct perf *p, struct err *e)
{
	const struct dle *d = &p->dle;
	double *loss = xalloc(d->t->rows + 1, sizeof(*loss));
	int r;

	for (size_t i = 0; i < d->t->rows; i++)
		loss[i] = NAN;
	for (size_t i = 0; i < d->rows; i++)
		loss[d->row[i]] = fabs(d->seen[i]);
	r = weak_find(&p->found->weak, d->t, loss, p->col.task !=
	    TASK_REGRESSION, p->o->weak_rows, e);
	free(loss);
	return r;
}

/* ---- the estimate ---- */

/* The losses of the labelled rows learned, and told of all. */
static int
estimate_loss(double *loss, struct ranked_mean *seen, const struct dle *d,
    bool squared, struct err *e)
{
	size_t *row = xalloc(d->rows + 1, sizeof(*row)), n = 0;
	double *y = xalloc(d->rows + 1, sizeof(*y));
	struct boosted *m = NULL;
	int r;

	memset(seen, 0, sizeof(*seen));
	for (size_t i = 0; i < d->rows; i++) {
		if (isnan(d->off[i]))
			continue;
		row[n] = d->row[i];
		y[n] = squared ? d->off[i] * d->off[i] : fabs(d->off[i]);
		ranked_mean_add(seen, y[n++]);
	}
	r = boosted_fit(&m, d->t, row, y, n, TASK_REGRESSION, e);
	if (r == 0)
		r = boosted_scores(loss, m, d->t, d->row, d->rows, e);
	for (size_t i = 0; r == 0 && i < d->rows; i++)
		loss[i] = loss[i] > 0 ? loss[i] : 0;
	boosted_free(m);
	free(row);
	free(y);
	return r;
}

static void
put_estimate(struct late_metric *m, double mean, double rows,
    const struct ranked_mean *seen, bool squared)
{
	double error = sqrt(seen->m2 / seen->n / rows);

	if (squared) {
		/* as a root rises about the mean of what was seen */
		mean = sqrt(mean);
		error = seen->mean > 0 ? error / (2 * sqrt(seen->mean)) : 0;
	}
	m->estimate = mean;
	m->estimate_low = mean - BAND * error > 0 ? mean - BAND * error : 0;
	m->estimate_high = mean + BAND * error;
}

static void
put_groups(struct late_report *r, const struct perf *p, const double *loss,
    const struct ranked_mean *seen, bool squared)
{
	size_t groups = 2 + p->o->n_by, most = 0;
	double *sum, *rows;

	for (size_t i = 0; i < r->n; i++)
		most = r->group[i].id > most ? r->group[i].id : most;
	for (size_t i = 0; i < p->dle.rows * groups; i++)
		most = p->dle.group[i] > most ? p->dle.group[i] : most;
	sum = xalloc(most + 1, sizeof(*sum));
	rows = xalloc(most + 1, sizeof(*rows));
	for (size_t i = 0; i < p->dle.rows; i++)
		for (size_t k = 0; k < groups; k++) {
			sum[p->dle.group[i * groups + k]] += loss[i];
			rows[p->dle.group[i * groups + k]]++;
		}
	for (size_t i = 0; i < r->n; i++) {
		struct late_group *g = &r->group[i];

		for (size_t k = 0; k < g->n; k++)
			if (strcmp(g->m[k].name, squared ? "rmse" : "mae") ==
			    0 && rows[g->id] > 0)
				put_estimate(&g->m[k], sum[g->id] /
				    rows[g->id], rows[g->id], seen, squared);
	}
	free(sum);
	free(rows);
}

int
dle_estimate(struct late_report *r, struct perf *p, struct err *e)
{
	double *loss = xalloc(p->dle.rows + 1, sizeof(*loss));
	size_t taught = 0;
	int got = 0;

	for (size_t i = 0; i < p->dle.rows; i++)
		taught += !isnan(p->dle.off[i]);
	if (taught < FEW) {
		r->no_estimate = "too few labelled rows teach it";
	} else {
		r->estimated = true;
		for (int squared = 0; got == 0 && squared < 2; squared++) {
			struct ranked_mean seen;

			got = estimate_loss(loss, &seen, &p->dle, squared, e);
			if (got == 0)
				put_groups(r, p, loss, &seen, squared);
		}
		if (got < 0)
			err_wrap(e, "the estimate");
	}
	free(loss);
	return got;
}
