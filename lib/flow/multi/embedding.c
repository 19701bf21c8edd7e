/*
 * Embeddings, each dimension a column: how far their means lie apart, how many
 * dimensions drifted, and how unlike their distributions are as wholes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "drift/compare.h"
#include "flow/multi/multi.h"
#include "math/elem.h"

#define KERNEL_ROWS ((size_t)1000)	/* of a side, evenly */

/* Both sides' rows of numbers; a table's column of another kind is refused. */
struct vectors {
	struct table *t;
	size_t rows, dims;		/* rows: of the reference, the first */
};

static int
open_vectors(struct vectors *v, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e)
{
	if (multi_join(&v->t, &v->rows, ref, cur, o, false, e) < 0)
		return -1;
	v->dims = v->t->cols;
	for (size_t i = 0; i < v->dims; i++)
		if (!col_type_is_number(v->t->col[i].type))
			return err_set(e, ERR_UNSUPPORTED, "column '%s' is no "
			    "number: name the dimensions of one embedding, as "
			    "-c 'e_*'", v->t->col[i].name);
	return 0;
}

/* Of the finite ones; NAN: there is none. */
static double
mean_of(const struct column *c, size_t from, size_t to)
{
	double sum = 0, n = 0;

	for (size_t i = from; i < to; i++) {
		double x = column_number(c, i);

		if (!isfinite(x))
			continue;
		sum += x;
		n++;
	}
	return sum / n;
}

int
multi_distance(struct multi_score *out, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e)
{
	struct vectors v = { 0 };
	int r = open_vectors(&v, ref, cur, o, e);
	double sum = 0;

	for (size_t i = 0; r == 0 && i < v.dims; i++) {
		double d = mean_of(&v.t->col[i], 0, v.rows) - mean_of(
		    &v.t->col[i], v.rows, v.t->rows);

		if (isnan(d))
			r = err_set(e, ERR_UNSUPPORTED, "column '%s' has no "
			    "number on one side", v.t->col[i].name);
		sum += d * d;
	}
	*out = (struct multi_score){ .method = "distance", .score = sqrt(sum),
	    .low = NAN, .high = NAN, .threshold_low = NAN, .threshold =
	    o->threshold, .columns = v.dims, .drifted = sqrt(sum) >
	    o->threshold };
	table_free(v.t);
	return r;
}

int
multi_ratio(struct multi_score *out, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e)
{
	const struct drift_setting method = { NULL, TS_WASSERSTEIN, 0 };
	struct drift_side a = { .t = ref }, b = { .t = cur };
	struct drift_opts d = { .method = &method, .n_method = 1, .only =
	    o->only, .n_only = o->n_only, .exclude = o->exclude, .n_exclude =
	    o->n_exclude, .share = 0.5, .evidently = true };
	struct drift_report found;
	double share;

	if (drift_compare(&found, &a, &b, &d, e) != 0)
		return -1;
	share = (double)found.count / (double)found.n;
	*out = (struct multi_score){ .method = "ratio", .score = share,
	    .low = NAN, .high = NAN, .threshold_low = NAN, .threshold =
	    o->threshold, .columns = found.n, .drifted = share >
	    o->threshold };
	drift_release(&found);
	return 0;
}

/* ---- the maximum mean discrepancy ---- */

/* Rows of a side, evenly, as lists of numbers. */
static int
gather_rows(double **out, size_t *n, const struct vectors *v, size_t from,
    size_t to, struct err *e)
{
	size_t rows = to - from;

	*n = rows < KERNEL_ROWS ? rows : KERNEL_ROWS;
	*out = xalloc(*n * v->dims + 1, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		for (size_t k = 0; k < v->dims; k++) {
			double x = column_number(&v->t->col[k], from + i *
			    rows / *n);

			if (!isfinite(x))
				return err_set(e, ERR_UNSUPPORTED, "column "
				    "'%s' has no value in a row: mmd needs "
				    "whole vectors", v->t->col[k].name);
			(*out)[i * v->dims + k] = x;
		}
	return 0;
}

static double
square_distance(const double *a, const double *b, size_t dims)
{
	double sum = 0;

	for (size_t k = 0; k < dims; k++)
		sum += (a[k] - b[k]) * (a[k] - b[k]);
	return sum;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The squared median of the distances between both sides. */
static double
wide_of(const double *a, size_t n, const double *b, size_t m, size_t dims)
{
	double *d = xalloc(n * m, sizeof(*d)), median;
	size_t all = n * m;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			d[i * m + k] = sqrt(square_distance(a + i * dims, b +
			    k * dims, dims));
	qsort(d, all, sizeof(*d), by_size);
	median = (d[(all - 1) / 2] + d[all / 2]) / 2;
	free(d);
	return median * median;
}

/* The mean of the kernel over pairs; of one side without a row with itself. */
static double
kernel_mean(const double *a, size_t n, const double *b, size_t m, size_t dims,
    double wide)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			if (a != b || i != k)
				sum += m_exp(-square_distance(a + i * dims, b +
				    k * dims, dims) / wide);
	return sum / (double)n / (double)(a == b ? m - 1 : m);
}

int
multi_mmd(struct multi_score *out, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e)
{
	struct vectors v = { 0 };
	double *a = NULL, *b = NULL, wide, score;
	size_t n, m;
	int r = open_vectors(&v, ref, cur, o, e);

	if (r == 0)
		r = gather_rows(&a, &n, &v, 0, v.rows, e);
	if (r == 0)
		r = gather_rows(&b, &m, &v, v.rows, v.t->rows, e);
	if (r == 0) {
		wide = wide_of(a, n, b, m, v.dims);
		score = wide > 0 ? kernel_mean(a, n, a, n, v.dims, wide) +
		    kernel_mean(b, m, b, m, v.dims, wide) - 2 *
		    kernel_mean(a, n, b, m, v.dims, wide) : 0;
		*out = (struct multi_score){ .method = "mmd", .score = score >
		    0 ? score : 0, .low = NAN, .high = NAN, .threshold_low =
		    NAN, .threshold = o->threshold, .columns = v.dims,
		    .drifted = score > o->threshold };
	}
	free(a);
	free(b);
	table_free(v.t);
	return r;
}
