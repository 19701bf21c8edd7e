/* Estimates of several classes: each against the rest, and their means. */
#include <math.h>

#include "judge/late/internal.h"

#define BAND 3			/* sampling errors */
#define WIDER 1.2		/* of an area, as NannyML has it */

/* A row waits until every class's scores are calibrated. */
int
classes_keep(struct late *l, const struct late_row *row, struct err *e)
{
	buf_clear(&l->record);
	sorter_put_u64(&l->record, row->number);
	sorter_put_u32(&l->record, row->answer);
	buf_add(&l->record, row->group, 4 * (2 + l->o.n_by));
	buf_add(&l->record, row->score, 8 * l->width);
	if (l->record.failed)
		return err_set(e, ERR_TOOBIG, "a row has too many segments");
	return sorter_add(l->rows, l->record.data, l->record.len, e);
}

/* Calibrated scores that sum to 1; the same for all where they are 0. */
static void
share_out(double *p, const struct late *l, const uint8_t *score)
{
	double sum = 0;

	for (size_t k = 0; k < l->width; k++) {
		p[k] = cbpe_probability(&l->cbpe[k], sorter_get_falling(score +
		    8 * k));
		sum += p[k];
	}
	for (size_t k = 0; k < l->width; k++)
		p[k] = sum != 0 ? p[k] / sum : 1 / (double)l->width;
}

/* What one row expects, to be sorted by group, class and falling score; of
 * equal scores the later row is first. */
static int
put_expected(struct late *l, const uint8_t *row, const double *p,
    struct err *e)
{
	uint64_t number = sorter_get_u64(row);
	uint32_t answer = sorter_get_u32(row + 8);
	const uint8_t *group = row + 12, *score = group + 4 * (2 + l->o.n_by);

	for (size_t i = 0; i < 2 + l->o.n_by; i++)
		for (size_t k = 0; k < l->width; k++) {
			buf_clear(&l->record);
			buf_add(&l->record, group + 4 * i, 4);
			sorter_put_u32(&l->record, (uint32_t)k);
			buf_add(&l->record, score + 8 * k, 8);
			sorter_put_u64(&l->record, ~number);
			sorter_put_falling(&l->record, p[k]);
			buf_addc(&l->record, answer == k);
			if (sorter_add(l->expected, l->record.data,
			    l->record.len, e) < 0)
				return -1;
		}
	return 0;
}

static int
expect_rows(struct late *l, struct err *e)
{
	double p[LATE_CLASSES_MAX];
	const void *row;
	size_t n;
	int got;

	if (sorter_sort(l->rows, e) < 0)
		return -1;
	while ((got = sorter_next(&row, &n, l->rows, e)) > 0) {
		share_out(p, l, (const uint8_t *)row + 12 + 4 * (2 +
		    l->o.n_by));
		if (put_expected(l, row, p, e) < 0)
			return -1;
	}
	return got;
}

static void
end_class(struct late *l, uint32_t group, const struct cbpe_group *g)
{
	struct late_expected *x = &l->sums[group].classes;
	double said = g->sum[1][1] + g->sum[0][1];
	double truth = g->sum[1][1] + g->sum[1][0];

	x->n = g->n;
	x->right += g->sum[1][1];
	x->f1 += said + truth != 0 ? 2 * g->sum[1][1] / (said + truth) : 0;
	x->auc += cbpe_area(g);
}

int
classes_expect(struct late *l, struct err *e)
{
	struct cbpe_group g = { 0 };
	uint64_t now = UINT64_MAX;
	const void *p;
	size_t n;
	int got;

	if (expect_rows(l, e) < 0 || sorter_sort(l->expected, e) < 0)
		return -1;
	while ((got = sorter_next(&p, &n, l->expected, e)) > 0) {
		const uint8_t *s = p;
		uint64_t at = sorter_get_u64(s);	/* group and class */

		if (at != now && now != UINT64_MAX) {
			end_class(l, (uint32_t)(now >> 32), &g);
			g = (struct cbpe_group){ 0 };
		}
		now = at;
		cbpe_add(&g, sorter_get_falling(s + 24), s[32] != 0);
	}
	if (now != UINT64_MAX)
		end_class(l, (uint32_t)(now >> 32), &g);
	return got;
}

/* ---- sampling errors ---- */

/* Of a mean over the classes, each with its variance of one row. */
static double
error_of_mean(const struct late *l, double n, const double *variance,
    const double *share)
{
	double sum = 0;

	for (size_t k = 0; k < l->width; k++)
		sum += variance[k] / (n * share[k]);
	return sqrt(sum) / (double)l->width;
}

static double
error_of(const struct late *l, double n, enum classes_metric what)
{
	double variance[LATE_CLASSES_MAX], share[LATE_CLASSES_MAX], right = 0;

	for (size_t k = 0; k < l->width; k++) {
		const struct cbpe *c = &l->cbpe[k];
		double tp = c->counts[1][1];
		double wrong = c->counts[0][1] + c->counts[1][0], hit;

		right += tp / c->n;
		hit = tp / (tp + wrong);
		share[k] = what == CLASSES_AUC ? cbpe_rare(c) : (tp + wrong) /
		    c->n;
		variance[k] = what == CLASSES_AUC ? c->placed * c->placed :
		    hit * (1 - hit);
	}
	if (what == CLASSES_ACCURACY)
		return sqrt(right * (1 - right) / n);
	return error_of_mean(l, n, variance, share) * (what == CLASSES_AUC ?
	    WIDER : 1);
}

void
classes_estimate(struct late_metric *m, const struct late_expected *x,
    const struct late *l, enum classes_metric what)
{
	double k = (double)l->width, half;

	if (x->n == 0)
		return;
	half = BAND * error_of(l, x->n, what);
	m->estimate = what == CLASSES_ACCURACY ? x->right / x->n : (what ==
	    CLASSES_AUC ? x->auc : x->f1) / k;
	m->estimate_low = m->estimate - half < 0 ? 0 : m->estimate - half;
	m->estimate_high = m->estimate + half > 1 ? 1 : m->estimate + half;
}
