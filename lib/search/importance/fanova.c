/* Functional ANOVA: what share of a forest's variance is each parameter's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/importance/forest.h"
#include "search/importance/importance.h"

/* Where a parameter's columns lie among all. */
struct encoding {
	size_t first, n;		/* n 0: it has one value only */
};

/* --- the trials as rows of numbers ---------------------------------------- */

static size_t
encode_space(struct encoding *to, const struct space *s)
{
	size_t d = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct space_param *p = &s->param[i];

		to[i] = (struct encoding){ d, space_is_single(p) ? 0 :
		    p->kind == SPACE_CATEGORICAL && p->n_choices <=
		    IMPORTANCE_CHOICES ? p->n_choices : 1 };
		d += to[i].n;
	}
	return d;
}

static bool
is_used(const struct past_trial *t, const struct space *s, size_t objective)
{
	if (t->state != TRIAL_COMPLETE || !isfinite(t->y[objective]))
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (isnan(t->x[i]))
			return false;
	return true;
}

static void
encode_trial(double *x, const struct past_trial *t, const struct space *s,
    const struct encoding *to)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct space_param *p = &s->param[i];
		double low = p->kind == SPACE_CATEGORICAL ? 0 : p->low;
		double high = p->kind == SPACE_CATEGORICAL ?
		    (double)p->n_choices - 1 : p->high;

		if (to[i].n == 1)
			x[to[i].first] = (t->x[i] - low) / (high - low);
		for (size_t k = 0; to[i].n > 1 && k < to[i].n; k++)
			x[to[i].first + k] = t->x[i] == (double)k;
	}
}

/* --- one tree -------------------------------------------------------------- */

struct weighed {
	double weight, sum, squares;	/* of means of cells */
};

static void
add_cell(struct weighed *w, double weight, double value)
{
	w->weight += weight;
	w->sum += weight * value;
	w->squares += weight * value * value;
}

static double
variance(const struct weighed *w)
{
	double mean = w->sum / w->weight;
	double v = w->squares / w->weight - mean * mean;

	return v > 0 ? v : 0;
}

/* The box of a leaf along all columns but those of one parameter. */
static double
volume_beside(const struct forest_leaves *l, size_t leaf,
    const struct encoding *but)
{
	double v = 1;

	for (size_t k = 0; k < l->columns; k++)
		if (k < but->first || k >= but->first + but->n)
			v *= l->high[leaf * l->columns + k] -
			    l->low[leaf * l->columns + k];
	return v;
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static size_t
place_of(const double *edge, size_t n, double v)
{
	size_t low = 0;

	while (n > 1) {
		size_t half = n / 2;

		if (edge[low + half] <= v)
			low += half;
		n -= half;
	}
	return low;
}

/* Of one column: its cells lie between all edges of leaves. */
static double
marginal_of_column(const struct forest_leaves *l, const struct encoding *c)
{
	size_t d = l->columns, n = 0, cells;
	double *edge = xalloc(2 * l->n, sizeof(*edge));
	double *weight, *sum, w = 0, s = 0;
	struct weighed all = { 0, 0, 0 };

	for (size_t i = 0; i < l->n; i++) {
		edge[n++] = l->low[i * d + c->first];
		edge[n++] = l->high[i * d + c->first];
	}
	qsort(edge, n, sizeof(*edge), rising);
	cells = 0;
	for (size_t i = 1; i < n; i++)
		if (edge[i] != edge[cells])
			edge[++cells] = edge[i];
	weight = xalloc(cells + 1, sizeof(*weight));
	sum = xalloc(cells + 1, sizeof(*sum));
	for (size_t i = 0; i < l->n; i++) {
		size_t from = place_of(edge, cells + 1, l->low[i * d +
		    c->first]), to = place_of(edge, cells + 1, l->high[i * d +
		    c->first]);
		double v = volume_beside(l, i, c);

		weight[from] += v;
		weight[to] -= v;
		sum[from] += v * l->value[i];
		sum[to] -= v * l->value[i];
	}
	for (size_t i = 0; i < cells; i++) {
		w += weight[i];
		s += sum[i];
		/* beside one another the boxes fill the cube */
		add_cell(&all, edge[i + 1] - edge[i], s / w);
	}
	free(edge);
	free(weight);
	free(sum);
	return variance(&all);
}

/* Of the columns of choices: each is below or above one half. */
static double
marginal_of_choices(const struct forest_leaves *l, const struct encoding *c)
{
	struct weighed all = { 0, 0, 0 };

	for (size_t mask = 0; mask < (size_t)1 << c->n; mask++) {
		double weight = 0, sum = 0;

		for (size_t i = 0; i < l->n; i++) {
			const double *low = l->low + i * l->columns + c->first;
			const double *high = l->high + i * l->columns +
			    c->first;
			bool in = true;
			double v;

			for (size_t k = 0; in && k < c->n; k++) {
				double at = mask >> k & 1 ? 0.75 : 0.25;

				in = low[k] <= at && at <= high[k];
			}
			if (!in)
				continue;
			v = volume_beside(l, i, c);
			weight += v;
			sum += v * l->value[i];
		}
		add_cell(&all, 1, sum / weight);
	}
	return variance(&all);
}

static double
variance_of_tree(const struct forest_leaves *l)
{
	const struct encoding none = { 0, 0 };
	struct weighed all = { 0, 0, 0 };

	for (size_t i = 0; i < l->n; i++)
		add_cell(&all, volume_beside(l, i, &none), l->value[i]);
	return variance(&all);
}

static void
add_tree(double *share, size_t *counted, const struct forest_rows *rows,
    const struct encoding *to, size_t n, uint64_t seed, uint64_t tree)
{
	struct forest_leaves l;
	double whole;

	forest_tree(&l, rows, seed, tree);
	whole = variance_of_tree(&l);
	for (size_t i = 0; whole > 0 && i < n; i++)
		if (to[i].n)
			share[i] += (to[i].n == 1 ? marginal_of_column(&l,
			    &to[i]) : marginal_of_choices(&l, &to[i])) / whole;
	*counted += whole > 0;
	forest_leaves_release(&l);
}

/* --- all of them ----------------------------------------------------------- */

static int
by_share(const void *a, const void *b)
{
	const struct importance *x = a, *y = b;

	if (x->share != y->share)
		return x->share > y->share ? -1 : 1;
	return x->param < y->param ? -1 : x->param > y->param;
}

/* The newest trials that count, as many as there is room for; in y less their
 * middle, which takes nothing from a variance but its rounding. */
static size_t
take_rows(double *x, double *y, size_t most, size_t d, const struct past *p,
    const struct encoding *to, size_t objective)
{
	double mean = 0;
	size_t n = 0;

	for (size_t i = p->n; i-- > 0 && n < most;) {
		if (!is_used(&p->trial[i], p->space, objective))
			continue;
		encode_trial(x + n * d, &p->trial[i], p->space, to);
		y[n++] = p->trial[i].y[objective];
	}
	for (size_t i = 0; i < n; i++)
		mean += y[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		y[i] -= mean;
	return n;
}

static void
share_out(struct importance *out, const double *share, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += share[i];
	for (size_t i = 0; i < n; i++)
		out[i] = (struct importance){ i, sum > 0 ? share[i] / sum : 0 };
	qsort(out, n, sizeof(*out), by_share);
}

int
importance_find(struct importance *out, size_t *used, const struct past *past,
    size_t objective, uint64_t seed, struct err *e)
{
	const struct space *s = past->space;
	struct encoding *to = xalloc(s->n + 1, sizeof(*to));
	size_t d = encode_space(to, s), counted = 0, most;
	double *share = xalloc(s->n + 1, sizeof(*share)), *x, *y;
	struct forest_rows rows;

	most = IMPORTANCE_CELLS / (d + 1);
	most = most < past->n ? most : past->n;
	x = xalloc((most + 1) * (d + 1), sizeof(*x));
	y = xalloc(most + 1, sizeof(*y));
	*used = take_rows(x, y, most, d, past, to, objective);
	rows = (struct forest_rows){ x, y, *used, d };
	for (uint64_t t = 0; *used > 1 && d > 0 && t < IMPORTANCE_TREES; t++)
		add_tree(share, &counted, &rows, to, s->n, seed, t);
	share_out(out, share, s->n);
	free(to);
	free(share);
	free(x);
	free(y);
	if (*used < 2)
		return err_set(e, ERR_NO, "importance needs two complete trials "
		    "that have every parameter, and there %s %zu",
		    *used == 1 ? "is" : "are", *used);
	return counted ? 0 : err_set(e, ERR_NO, "all %zu complete trials have "
	    "the same value: no parameter matters", *used);
}
