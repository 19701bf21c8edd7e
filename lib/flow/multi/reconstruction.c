/* How far rows lie from the directions in which the reference moves. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "flow/multi/multi.h"
#include "math/axes.h"

#define KEPT 0.65			/* of the variance */
#define NOTHING 1e-18			/* a square */
#define CHUNKS 10			/* of the reference, for the threshold */
#define BAND 3				/* deviations, and sampling errors */

/* A row as numbers of one scale: a category is the share of the reference's
 * rows that have it, what is missing is the mean or the most frequent one. */
struct scale {
	double *v;			/* (rows, columns) */
	size_t rows, d;
	double *axis;			/* (d, d) by falling variance */
	size_t kept;
};

static void
fill_numbers(double *v, size_t d, const struct column *c, size_t rows)
{
	double sum = 0, n = 0;

	for (size_t i = 0; i < rows; i++)
		if (!isnan(c->f64[i])) {
			sum += c->f64[i];
			n++;
		}
	for (size_t i = 0; i < c->rows; i++)
		v[i * d] = !isnan(c->f64[i]) ? c->f64[i] : n > 0 ? sum / n :
		    0;
}

static void
fill_shares(double *v, size_t d, const struct column *c, size_t rows)
{
	size_t words = intern_count(c->dict), most = 0, gone = 0;
	double *n = xalloc(words + 1, sizeof(*n));

	for (size_t i = 0; i < rows; i++) {
		if (c->code[i] == INTERN_NONE)
			gone++;
		else
			n[c->code[i]]++;
	}
	/* of several that are as frequent the first by its bytes */
	for (size_t k = 1; k < words; k++) {
		size_t a, b;
		const char *s = intern_text(c->dict, (uint32_t)k, &a);
		const char *t = intern_text(c->dict, (uint32_t)most, &b);
		int order = memcmp(s, t, a < b ? a : b);

		if (n[k] > n[most] || (n[k] == n[most] && (order < 0 ||
		    (order == 0 && a < b))))
			most = k;
	}
	if (words > 0)
		n[most] += (double)gone;
	for (size_t i = 0; i < c->rows; i++)
		v[i * d] = words == 0 ? 0 : n[c->code[i] == INTERN_NONE ?
		    most : c->code[i]] / (double)rows;
	free(n);
}

/* Mean 0 and deviation 1 of the reference. */
static void
put_on_scale(double *v, size_t d, size_t rows, size_t all)
{
	double mean = 0, square = 0, unit;

	for (size_t i = 0; i < rows; i++)
		mean += v[i * d] / (double)rows;
	for (size_t i = 0; i < rows; i++)
		square += (v[i * d] - mean) * (v[i * d] - mean) /
		    (double)rows;
	unit = sqrt(square);
	unit = unit > 1e-15 ? unit : 1;
	for (size_t i = 0; i < all; i++)
		v[i * d] = (v[i * d] - mean) / unit;
}

struct direction {
	double variance;
	size_t at;
};

static int
by_variance(const void *a, const void *b)
{
	const struct direction *x = a, *y = b;

	if (x->variance != y->variance)
		return x->variance > y->variance ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* The directions of the reference, the widest first, and how many of them
 * make up what is kept. */
static void
find_directions(struct scale *s, size_t rows)
{
	size_t d = s->d;
	double *m = xalloc(d * d, sizeof(*m)), *axis = xalloc(d * d,
	    sizeof(*axis)), all = 0, sum = 0;
	struct direction *v = xalloc(d, sizeof(*v));

	for (size_t row = 0; row < rows; row++)
		for (size_t i = 0; i < d; i++)
			for (size_t k = 0; k <= i; k++)
				m[i * d + k] += s->v[row * d + i] *
				    s->v[row * d + k] / (double)rows;
	for (size_t i = 0; i < d; i++)
		for (size_t k = 0; k < i; k++)
			m[k * d + i] = m[i * d + k];
	symmetric_axes(m, axis, d);
	for (size_t i = 0; i < d; i++) {
		v[i] = (struct direction){ m[i * d + i], i };
		all += m[i * d + i];
	}
	qsort(v, d, sizeof(*v), by_variance);
	for (s->kept = 0; s->kept < d && sum <= KEPT * all; s->kept++)
		sum += v[s->kept].variance;
	for (size_t j = 0; j < s->kept; j++)
		for (size_t i = 0; i < d; i++)
			s->axis[j * d + i] = axis[i * d + v[j].at];
	free(m);
	free(axis);
	free(v);
}

/* A row's distance from its image in the directions that are kept. */
static double
row_error(const struct scale *s, const double *row, double *image)
{
	double sum = 0;

	memset(image, 0, s->d * sizeof(*image));
	for (size_t j = 0; j < s->kept; j++) {
		const double *axis = s->axis + j * s->d;
		double along = 0;

		for (size_t i = 0; i < s->d; i++)
			along += axis[i] * row[i];
		for (size_t i = 0; i < s->d; i++)
			image[i] += axis[i] * along;
	}
	for (size_t i = 0; i < s->d; i++)
		sum += (row[i] - image[i]) * (row[i] - image[i]);
	/* of columns of deviation 1 this is rounding: nothing was left out */
	return sum > NOTHING ? sqrt(sum) : 0;
}

static void
mean_and_spread(double *mean, double *spread, const double *v, size_t n,
    size_t less)
{
	*mean = *spread = 0;
	for (size_t i = 0; i < n; i++)
		*mean += v[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		*spread += (v[i] - *mean) * (v[i] - *mean) / (double)(n -
		    less);
	*spread = sqrt(*spread);
}

static void
measure(struct multi_score *out, const struct scale *s, size_t rows)
{
	double *far = xalloc(s->rows, sizeof(*far)), chunk[CHUNKS], spread;
	double *image = xalloc(s->d, sizeof(*image)), mean;
	size_t n = s->rows - rows;

	for (size_t i = 0; i < s->rows; i++)
		far[i] = row_error(s, s->v + i * s->d, image);
	for (size_t k = 0; k < CHUNKS; k++) {
		size_t from = k * (rows / CHUNKS);
		size_t to = k + 1 == CHUNKS ? rows : from + rows / CHUNKS;

		mean_and_spread(&chunk[k], &spread, far + from, to - from, 1);
	}
	mean_and_spread(&mean, &spread, chunk, CHUNKS, 0);
	out->threshold_low = mean - BAND * spread > 0 ? mean - BAND *
	    spread : 0;
	out->threshold = mean + BAND * spread;
	mean_and_spread(&mean, &spread, far + rows, n, 1);
	spread = BAND * spread / sqrt((double)n);
	out->score = mean;
	out->low = mean - spread > 0 ? mean - spread : 0;
	out->high = mean + spread;
	out->drifted = out->score > out->threshold || out->score <
	    out->threshold_low;
	free(far);
	free(image);
}

int
multi_reconstruction(struct multi_score *out, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e)
{
	struct scale s = { .v = NULL };
	struct table *t;
	size_t rows;
	int r = multi_join(&t, &rows, ref, cur, o, false, e);

	*out = (struct multi_score){ .method = "reconstruction" };
	if (r == 0 && t->cols > MULTI_COLUMNS)
		r = err_set(e, ERR_TOOBIG, "%zu columns are more than %d: name "
		    "those to take", t->cols, MULTI_COLUMNS);
	if (r < 0)
		goto done;
	s.d = out->columns = t->cols;
	s.rows = t->rows;
	s.v = xalloc(t->rows * t->cols, sizeof(*s.v));
	s.axis = xalloc(t->cols * t->cols, sizeof(*s.axis));
	for (size_t i = 0; i < t->cols; i++) {
		struct column *c = &t->col[i];

		c->rows = t->rows;
		if (c->type == COL_CATEGORY)
			fill_shares(s.v + i, s.d, c, rows);
		else
			fill_numbers(s.v + i, s.d, c, rows);
		put_on_scale(s.v + i, s.d, rows, t->rows);
	}
	find_directions(&s, rows);
	measure(out, &s, rows);
done:
	table_free(t);
	free(s.v);
	free(s.axis);
	return r;
}
