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
	size_t k = 0;
	float high;

	for (size_t i = 0; i < n; i++)
		if (!isnan(v[i]))
			room[k++] = v[i];
	if (k == 0)
		return 0;
	high = kth_float(room, k, k / 2);
	if (k % 2)
		return high;
	return (float)(((double)kth_float(room, k, k / 2 - 1) + (double)high) /
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

int
design_init(struct design *d, const struct frame *f, struct err *e)
{
	float *room;
	size_t number = 0;

	if (allocate_design(d, f, e) < 0)
		return -1;
	room = xalloc(f->rows + 1, sizeof(*room));
	for (size_t k = 0; k < f->n_features; k++) {
		const float *v = f->feature[k].number;

		if (f->feature[k].category)
			continue;
		for (size_t i = 0; i < f->rows; i++)
			if (isinf(v[i])) {
				free(room);
				design_release(d);
				return err_set(e, ERR_FORMAT, "column '%s' row "
				    "%zu is infinite", f->feature[k].name,
				    i + 1);
			}
		d->impute[number] = median_of(v, f->rows, room);
		standard_steps(&d->offset[number], &d->scale[number], v,
		    f->rows, d->impute[number]);
		frame_let_go_of(f, k, 0, f->rows);
		number++;
	}
	free(room);
	return 0;
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
	size_t at = 0, together = r->step == 1 ? r->n / LANES * LANES : 0;

	for (size_t k = 0; k < f->n_features; k++) {
		const float *v = f->feature[k].number;
		float impute = d->impute[at], offset = d->offset[at];
		float scale = d->scale[at];

		if (f->feature[k].category)
			continue;
		take_lanes(x, v + r->from, together, impute, offset, scale);
		for (size_t i = together; i < r->n; i++) {
			float one = v[r->from + i * r->step];

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
