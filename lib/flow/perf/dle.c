/*
 * Columns of the answers beside their losses.  Direct loss estimation: how far
 * off a regression is on rows without a label, by trees that learn the loss of
 * labelled rows from all columns of an answer.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "flow/multi/boosted.h"
#include "flow/perf/internal.h"
#include "read/whole.h"
#include "stat/ranked.h"

#define FEW 50				/* rows that cannot teach trees */
#define BAND 3				/* sampling errors */

/* ---- while rows are read and joined ---- */

/* The row that was just handed on. */
void
dle_note(struct perf *p)
{
	struct dle *d = &p->dle;
	size_t groups = 2 + p->o->n_by;

	if (d->rows == d->room) {
		d->room = d->room ? 2 * d->room : 1024;
		d->row = xresize(d->row, d->room, sizeof(*d->row));
		d->off = xresize(d->off, d->room, sizeof(*d->off));
		d->seen = xresize(d->seen, d->room, sizeof(*d->seen));
		d->group = xresize(d->group, d->room * groups,
		    sizeof(*d->group));
	}
	d->row[d->rows] = (size_t)p->rows - 1;
	d->off[d->rows] = d->seen[d->rows] = NAN;
	memcpy(d->group + d->rows * groups, late_groups(p->late), groups *
	    sizeof(*d->group));
	d->rows++;
}

void
dle_labelled(void *ctx, uint64_t number, double off, bool teaches)
{
	struct dle *d = &((struct perf *)ctx)->dle;

	if (number - 1 >= d->rows)
		return;
	d->seen[number - 1] = off;
	if (teaches)
		d->off[number - 1] = off;
}

void
dle_release(struct perf *p)
{
	free(p->dle.row);
	free(p->dle.off);
	free(p->dle.seen);
	table_free(p->dle.t);
	free(p->dle.group);
}

/* ---- the columns to learn from ---- */

static int
read_all(struct table **t, struct perf *p, struct err *e)
{
	struct table_read_opts o = p->o->read;
	struct file_map m = { 0 };
	struct buf lines;
	uint64_t rows, skipped;
	bool log = reqlog_is(p->o->path[0]);
	int r = 0;

	buf_init(&lines, BUF_CAP_DATA);
	for (size_t i = 0; log && r == 0 && i < p->o->n_paths; i++)
		r = reqlog_read(&lines, &rows, &skipped, p->o->path[i],
		    &p->o->filter, e);
	if (log)
		o.format = TABLE_JSONL;
	else
		r = file_map(&m, p->o->path[0], e);
	o.name = log ? "the request log" : p->o->path[0];
	if (r == 0)
		r = table_read(t, log ? lines.data : m.data, log ? lines.len :
		    m.n, &o, e);
	file_unmap(&m);
	buf_free(&lines);
	if (r == 0 && (*t)->rows != p->rows)
		return err_set(e, ERR_MOVED, "%s grew while it was read: ask "
		    "again", o.name);
	return r;
}

static bool
is_named(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* What a classifier says is no column that says where it is wrong. */
static bool
is_answer(const struct perf *p, const char *name)
{
	return strncmp(name, "probabilities.", 14) == 0 ||
	    is_named(name, p->col.score, p->col.scores) ||
	    (p->col.answer != NULL && strcmp(name, p->col.answer) == 0);
}

/* Columns that were named, or all that can teach: not the key, not the time,
 * not the truth, no text and no dates; and a number that was answered. */
static int
choose_columns(struct table *t, const struct perf *p, struct err *e)
{
	const struct perf_opts *o = p->o;
	const char **name = xalloc(t->cols + o->n_features + p->col.scores + 1,
	    sizeof(*name));
	size_t n = 0;
	int r;

	for (size_t i = 0; i < o->n_features; i++)
		name[n++] = o->features[i];
	for (size_t i = 0; o->n_features == 0 && i < t->cols; i++) {
		const struct column *c = &t->col[i];

		if (c->type != COL_TEXT && c->type != COL_DATETIME &&
		    c->type != COL_RAW && strcmp(c->name, o->key) != 0 &&
		    (o->time == NULL || strcmp(c->name, o->time) != 0) &&
		    (p->found->target == NULL || strcmp(c->name,
		    p->found->target) != 0) &&
		    !is_answer(p, c->name))
			name[n++] = c->name;
	}
	if (p->col.task == TASK_REGRESSION && !is_named(p->col.score[0], name,
	    n))
		name[n++] = p->col.score[0];
	r = table_select(t, name, n, e);
	free(name);
	return r;
}

int
dle_open(struct perf *p, struct err *e)
{
	if (read_all(&p->dle.t, p, e) < 0 || choose_columns(p->dle.t, p, e) <
	    0)
		return err_wrap(e, "the answers' columns");
	return 0;
}

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
	r = weak_find(&p->found->weak, d->t, loss, p->o->weak_rows, e);
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
