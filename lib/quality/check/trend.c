/* Rows, means and missing cells beside the median of earlier versions. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "quality/check/internal.h"

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of those that are numbers; NaN: none is. */
static double
median(double *v, size_t n)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (isfinite(v[i]))
			v[m++] = v[i];
	qsort(v, m, sizeof(*v), by_value);
	return m == 0 ? NAN : m % 2 ? v[m / 2] : (v[m / 2 - 1] + v[m / 2]) / 2;
}

static void
tell(struct checker *k, const char *column, const char *what, double now,
    double before, double most, const char *anomaly)
{
	char text[NUM_TEXT_MAX];
	struct finding f;

	num_print_f64(text, most);
	finding_init(&f, CHECK_TREND, column, k->s->trend.severity);
	f.hits = 1;
	f.looked = k->out->rows;
	f.anomaly = anomaly;
	snprintf(f.what, sizeof(f.what), "%s %.6g, farther than %s from %.6g, "
	    "the median of the last %zu of profile:%.60s", what, now, text,
	    before, k->in->n_past, k->s->trend.profile);
	keep_finding(k->out, &f);
}

static const struct check_past_column *
find_column(const struct check_past *p, const char *name)
{
	for (size_t i = 0; i < p->cols; i++)
		if (strcmp(p->col[i].name, name) == 0)
			return &p->col[i];
	return NULL;
}

static void
compare_column(struct checker *k, const struct checked_column *w, double *v)
{
	const struct schema_trend *t = &k->s->trend;
	const struct check_past_column *p;
	double before, now;

	for (int what = 0; what < 2; what++) {
		for (size_t i = 0; i < k->in->n_past; i++) {
			p = find_column(&k->in->past[i], w->c->name);
			v[i] = p == NULL ? NAN : what ? p->missing : p->mean;
		}
		before = median(v, k->in->n_past);
		now = what ? (double)w->missing / (double)w->rows :
		    w->tally != NULL ? tally_mean(w->tally) : NAN;
		if (what && fabs(now - before) > t->missing)
			tell(k, w->c->name, "missing share", now, before,
			    t->missing, NULL);
		if (!what && fabs(now - before) > t->mean * fabs(before))
			tell(k, w->c->name, "mean", now, before, t->mean,
			    NULL);
	}
}

void
conclude_trend(struct checker *k)
{
	const struct schema_trend *t = &k->s->trend;
	double *v = xalloc(k->in->n_past + 1, sizeof(*v)), before;
	double rows = (double)k->out->rows;

	for (size_t i = 0; i < k->in->n_past; i++)
		v[i] = (double)k->in->past[i].rows;
	before = median(v, k->in->n_past);
	if (fabs(rows - before) > t->rows * before)
		tell(k, NULL, "rows", rows, before, t->rows, rows < before ?
		    "COMPARATOR_LOW_NUM_EXAMPLES" :
		    "COMPARATOR_HIGH_NUM_EXAMPLES");
	for (size_t i = 0; i < k->s->cols && t->profile != NULL; i++)
		if (k->there[i])
			compare_column(k, &k->col[i], v);
	free(v);
}
