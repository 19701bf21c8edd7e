/* A frame as linear learners see it: numbers imputed and scaled. */
#include "learn/design.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/order.h"

#define LANES 8

static float
median_of(const float *v, size_t n, float *room)
{
	size_t k = 0, reach = 0;
	float low, next = INFINITY;

	for (size_t i = 0; i < n; i++) {
		room[k] = v[i];
		k += v[i] == v[i];
	}
	if (k == 0)
		return 0;
	low = kth_float(room, k, (k - 1) / 2);
	if (k % 2)
		return low;
	/* the one after it in order: itself again, or the least beyond */
	for (size_t i = 0; i < k; i++) {
		reach += room[i] <= low;
		next = room[i] > low && room[i] < next ? room[i] : next;
	}
	return (float)(((double)low + (double)(reach > k / 2 ? low : next)) /
	    2);
}

/*
 * Mean and population deviation of the imputed column, in row order.  A
 * column of one value is not scaled: its deviation is what rounding left.
 */
static void
standard_steps(float *offset, float *scale, const float *v, size_t n,
    float impute)
{
	double mean = 0, square = 0, sd;
	float low = impute, high = impute;

	for (size_t i = 0; i < n; i++) {
		mean += (double)(isnan(v[i]) ? impute : v[i]);
		low = v[i] < low ? v[i] : low;
		high = v[i] > high ? v[i] : high;
	}
	mean /= (double)n;
	for (size_t i = 0; i < n; i++) {
		double d = (double)(isnan(v[i]) ? impute : v[i]) - mean;

		square += d * d;
	}
	sd = sqrt(square / (double)n);
	*offset = low == high ? low : (float)mean;
	*scale = low == high || sd == 0 ? 1 : 1 / sd > (double)FLT_MAX ?
	    FLT_MAX : (float)(1 / sd);
}

static int
allocate_design(struct design *d, const struct frame *f, struct err *e)
{
	memset(d, 0, sizeof(*d));
	for (size_t i = 0; i < f->n_features; i++) {
		d->n_numbers += !f->feature[i].category;
		d->p += f->feature[i].category ? f->feature[i].n_levels : 1;
	}
	if (d->p == 0)
		return err_set(e, ERR_FORMAT, "no column has a value to learn "
		    "from");
	d->impute = xalloc(d->n_numbers + 1, sizeof(float));
	d->offset = xalloc(d->n_numbers + 1, sizeof(float));
	d->scale = xalloc(d->n_numbers + 1, sizeof(float));
	return 0;
}

struct step_search {
	struct design *d;
	const struct frame *f;
	size_t *column;		/* (d->n_numbers): of the frame */
	size_t *infinite;	/* (d->n_numbers): first row, or SIZE_MAX */
	float **room;		/* a worker's (f->rows) */
};

static void
find_steps(void *ctx, size_t number, int worker)
{
	struct step_search *s = ctx;
	size_t k = s->column[number], n = s->f->rows;
	const float *v = s->f->feature[k].number;
	struct design *d = s->d;

	s->infinite[number] = SIZE_MAX;
	for (size_t i = 0; i < n && s->infinite[number] == SIZE_MAX; i++)
		if (isinf(v[i]))
			s->infinite[number] = i;
	if (s->infinite[number] != SIZE_MAX)
		return;
	if (s->room[worker] == NULL)
		s->room[worker] = xalloc(n + 1, sizeof(float));
	d->impute[number] = median_of(v, n, s->room[worker]);
	standard_steps(&d->offset[number], &d->scale[number], v, n,
	    d->impute[number]);
	frame_let_go_of(s->f, k, 0, n);
}

int
design_init(struct design *d, const struct frame *f, struct pool *pool,
    struct err *e)
{
	struct step_search s = { .d = d, .f = f };
	size_t n = 0;
	int r = 0;

	if (allocate_design(d, f, e) < 0)
		return -1;
	s.column = xalloc(d->n_numbers + 1, sizeof(*s.column));
	s.infinite = xalloc(d->n_numbers + 1, sizeof(*s.infinite));
	s.room = xalloc((size_t)pool_threads(pool), sizeof(*s.room));
	for (size_t k = 0; k < f->n_features; k++)
		if (!f->feature[k].category)
			s.column[n++] = k;
	pool_run(pool, n, find_steps, &s);
	for (size_t i = 0; i < n && r == 0; i++)
		if (s.infinite[i] != SIZE_MAX)
			r = err_set(e, ERR_FORMAT, "column '%s' row %zu is "
			    "infinite", f->feature[s.column[i]].name,
			    s.infinite[i] + 1);
	for (int i = 0; i < pool_threads(pool); i++)
		free(s.room[i]);
	free(s.room);
	free(s.column);
	free(s.infinite);
	if (r < 0)
		design_release(d);
	return r;
}

/* The steps of values that lie together, n a multiple of LANES: a vector
 * loop. */
static void
take_lanes(float *x, const float *v, size_t n, float impute, float offset,
    float scale)
{
	for (size_t i = 0; i < n; i += LANES) {
		float one[LANES];

		memcpy(one, v + i, sizeof(one));
		for (size_t l = 0; l < LANES; l++)
			one[l] = ((one[l] == one[l] ? one[l] : impute) -
			    offset) * scale;
		memcpy(x + i, one, sizeof(one));
	}
}

void
design_numbers(float *x, size_t room, const struct design *d,
    const struct frame *f, const struct design_rows *r)
{
	size_t at = 0, together = r->n / LANES * LANES;

	for (size_t k = 0; k < f->n_features; k++) {
		const float *v = f->feature[k].number;
		float impute = d->impute[at], offset = d->offset[at];
		float scale = d->scale[at];

		if (f->feature[k].category)
			continue;
		take_lanes(x, v + r->from, together, impute, offset, scale);
		for (size_t i = together; i < r->n; i++) {
			float one = v[r->from + i];

			one = isnan(one) ? impute : one;
			x[i] = (one - offset) * scale;
		}
		x += room;
		at++;
	}
}

void
design_release(struct design *d)
{
	free(d->impute);
	free(d->offset);
	free(d->scale);
	memset(d, 0, sizeof(*d));
}
