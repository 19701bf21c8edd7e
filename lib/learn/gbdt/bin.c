/* Features as small whole numbers: bounds are chosen, rows are filled in. */
#include "learn/gbdt/bin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/order.h"

#define PART ((size_t)1024)	/* rows that are binned together */
#define LET_GO 16		/* parts, then their numbers are let go */
#define LANE 16			/* searches side by side */
#define LEVELS_MAX 254		/* a row's bin is a byte, one means none */
#define ZERO 1e-35f		/* what is not beyond it counts as zero */
#define SPARSE 0.7		/* so large a share of rows is left out */

/*
 * A float t with a <= t < b, half-way.  LightGBM's bound is a double; the
 * largest float that does not exceed it separates floats in the same way.
 */
static float
bound_between(float a, float b)
{
	double half = nextafter(((double)a + (double)b) / 2, INFINITY);
	float t = (float)half;

	if ((double)t > half)
		t = nextafterf(t, -INFINITY);
	return t >= a && t < b ? t : a;
}

struct distinct_values {		/* rising */
	float *v;
	size_t *count;
	size_t n, total;
};

static void
count_distinct(struct distinct_values *out, float *sorted, size_t n)
{
	out->v = xalloc(n + 1, sizeof(*out->v));
	out->count = xalloc(n + 1, sizeof(*out->count));
	out->n = 0;
	out->total = n;
	for (size_t i = 0; i < n; i++) {
		if (out->n == 0 || sorted[i] != out->v[out->n - 1])
			out->v[out->n++] = sorted[i];
		out->count[out->n - 1]++;
	}
}

/* Few distinct values: a bin each, of at least min rows. */
static size_t
bounds_of_few(float *bound, const struct distinct_values *d, size_t min)
{
	size_t n = 0, have = 0;

	for (size_t i = 0; i + 1 < d->n; i++) {
		have += d->count[i];
		if (have < min)
			continue;
		bound[n++] = bound_between(d->v[i], d->v[i + 1]);
		have = 0;
	}
	bound[n++] = INFINITY;
	return n;
}

/* Many: equal counts, but a value as heavy as a bin stands alone. */
static size_t
bounds_of_many(float *bound, const struct distinct_values *d, size_t max,
    size_t min)
{
	double mean;
	size_t n = 0, have = 0, rest, bins_left;
	bool *heavy = xalloc(d->n, sizeof(*heavy));

	if (min > 0 && d->total / min < max)
		max = d->total / min > 0 ? d->total / min : 1;
	mean = (double)d->total / (double)max;
	rest = d->total;
	bins_left = max;
	for (size_t i = 0; i < d->n; i++)
		if ((double)d->count[i] >= mean) {
			heavy[i] = true;
			rest -= d->count[i];
			bins_left--;
		}
	mean = bins_left ? (double)rest / (double)bins_left : 1e300;
	for (size_t i = 0; i + 1 < d->n && n + 1 < max; i++) {
		if (!heavy[i])
			rest -= d->count[i];
		have += d->count[i];
		if (heavy[i] || (double)have >= mean || (heavy[i + 1] &&
		    (double)have >= (mean * 0.5 > 1 ? mean * 0.5 : 1))) {
			bound[n++] = bound_between(d->v[i], d->v[i + 1]);
			have = 0;
			if (!heavy[i] && bins_left > 1) {
				bins_left--;
				mean = (double)rest / (double)bins_left;
			}
		}
	}
	bound[n++] = INFINITY;
	free(heavy);
	return n;
}

static size_t
bounds_of(float *bound, const struct distinct_values *d, size_t max, size_t min)
{
	return d->n <= max ? bounds_of_few(bound, d, min) :
	    bounds_of_many(bound, d, max, min);
}

/* Values [from, to) of d. */
static struct distinct_values
part_of(const struct distinct_values *d, size_t from, size_t to)
{
	struct distinct_values p = { d->v + from, d->count + from, to - from, 0 };

	for (size_t i = 0; i < p.n; i++)
		p.total += p.count[i];
	return p;
}

/*
 * Zero, or what is as good as zero, has a bin to itself; of the others the
 * values below and above it get their share.  At most max bounds.
 */
static size_t
bounds_about_zero(float *bound, const struct distinct_values *d, size_t max,
    size_t min)
{
	size_t below = 0, above, n = 0, share;
	struct distinct_values low, high;

	while (below < d->n && d->v[below] <= -ZERO)
		below++;
	for (above = below; above < d->n && d->v[above] <= ZERO; above++)
		;
	low = part_of(d, 0, below);
	high = part_of(d, above, d->n);
	if (low.n > 0 && max > 1) {
		share = (size_t)((double)low.total / (double)(low.total +
		    high.total) * (double)(max - 1));
		n = bounds_of(bound, &low, share ? share : 1, min);
		bound[n - 1] = -ZERO;
	}
	if (high.n > 0 && max > n + 1) {
		bound[n++] = ZERO;
		n += bounds_of(bound + n, &high, max - n, min);
	} else {
		bound[n++] = INFINITY;
	}
	return n;
}

static uint32_t
first_bound(const struct bin_feature *b, float x)
{
	uint32_t k = 0;

	while (k + 1 < b->n_bins && b->bound[k] < x)
		k++;
	return k;
}

/* LightGBM adds up no rows of one bin: zero's, or that of most rows when
 * those are many. */
static uint32_t
rest_bin(const struct bin_feature *b, const struct distinct_values *d,
    size_t rows)
{
	size_t *count = xalloc(b->n_bins + 1, sizeof(*count));
	uint32_t most = 0, k = 0;

	for (size_t i = 0; i < d->n; i++) {
		while (k + 1 < b->n_bins && b->bound[k] < d->v[i])
			k++;
		count[k] += d->count[i];
	}
	count[b->n_bins] = rows - d->total;
	for (k = 1; k <= b->n_bins; k++)
		if (count[k] > count[most])
			most = k;
	k = (double)count[most] / (double)rows < SPARSE ? first_bound(b, 0) :
	    most;
	free(count);
	return k;
}

static void
number_bins(struct bin_feature *b, const float *v, size_t rows,
    const struct bin_params *p)
{
	size_t take = rows < (size_t)p->sample ? rows : (size_t)p->sample, n = 0;
	float *room = xalloc(take + 1, sizeof(*room));
	struct distinct_values d;
	size_t max;

	b->missing = false;
	for (size_t i = 0; i < rows && !b->missing; i++)
		b->missing = isnan(v[i]);
	for (size_t i = 0; i < take; i++) {
		/* evenly spread rows, the same for every column */
		float x = v[(size_t)((double)i * ((double)rows / (double)take))];

		if (!isnan(x))
			room[n++] = x == 0 ? 0 : x;
	}
	sort_floats(room, n);
	count_distinct(&d, room, n);
	max = (size_t)p->max_bin - b->missing;
	b->bound = xalloc(max + 1, sizeof(*b->bound));
	b->n_bins = (uint32_t)bounds_about_zero(b->bound, &d, max,
	    (size_t)p->min_data_in_bin);
	b->rest = rest_bin(b, &d, take);
	free(d.v);
	free(d.count);
	free(room);
}

struct level_count {
	uint32_t level;
	size_t count;
};

static int
by_count(const void *a, const void *b)
{
	const struct level_count *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->level < y->level ? -1 : 1;
}

/*
 * How many levels get a bin, the frequent ones first: as many as there is
 * room for, and more while less than 99 % of the values are held; but none
 * for too few rows, save for the first two.
 */
static size_t
levels_kept(const struct level_count *c, size_t n, const struct bin_params *p,
    bool missing)
{
	size_t total = 0, held = 0, k = 0, max = n + missing;

	for (size_t i = 0; i < n; i++)
		total += c[i].count;
	total = (size_t)((double)((float)total * 0.99F) + 0.5);
	max = max < (size_t)p->max_bin ? max : (size_t)p->max_bin;
	while (k < n && k < LEVELS_MAX && (held < total || k + 1 < max) &&
	    (k < 2 || c[k].count >= (size_t)p->min_data_in_bin))
		held += c[k++].count;
	return k;
}

static void
category_bins(struct bin_feature *b, const struct feature *f, size_t rows,
    const struct bin_params *p)
{
	struct level_count *c = xalloc(f->n_levels + 1, sizeof(*c));
	size_t most;

	for (size_t i = 0; i < f->n_levels; i++)
		c[i].level = (uint32_t)i;
	b->missing = false;
	for (size_t i = 0; i < rows; i++) {
		if (f->level[i] == LEVEL_MISSING)
			b->missing = true;
		else
			c[f->level[i]].count++;
	}
	qsort(c, f->n_levels, sizeof(*c), by_count);
	most = levels_kept(c, f->n_levels, p, b->missing);
	b->missing |= most < f->n_levels;
	b->category = true;
	b->n_bins = (uint32_t)most;
	b->n_levels = f->n_levels;
	b->level = xalloc(most + 1, sizeof(*b->level));
	b->of_level = xalloc(f->n_levels + 1, 1);
	memset(b->of_level, (int)most, f->n_levels + 1);
	for (size_t i = 0; i < most; i++) {
		b->level[i] = c[i].level;
		b->of_level[c[i].level] = (uint8_t)i;
	}
	free(c);
}

struct bin_job {
	struct bins *b;
	const struct frame *f;
	const struct bin_params *p;
};

static void
find_bins(void *ctx, size_t k, int worker)
{
	struct bin_job *j = ctx;
	const struct feature *f = &j->f->feature[k];

	(void)worker;
	if (f->category)
		category_bins(&j->b->feature[k], f, j->f->rows, j->p);
	else
		number_bins(&j->b->feature[k], f->number, j->f->rows, j->p);
	frame_let_go_of(j->f, k, 0, j->f->rows);
}

/*
 * Of each x the first bound it does not exceed, in a fixed number of steps
 * without branches, LANE searches side by side.  What is not a number goes
 * to bin `none`.
 */
static void
bins_of(uint8_t *out, const float *x, const float *bound, uint32_t n_bins,
    uint32_t none)
{
	uint32_t at[LANE] = { 0 };

	for (uint32_t n = n_bins; n > 1; n -= n / 2) {
		uint32_t half = n / 2;

		for (int i = 0; i < LANE; i++)
			at[i] += half & -(uint32_t)(bound[at[i] + half - 1] <
			    x[i]);
	}
	for (int i = 0; i < LANE; i++)
		out[i] = (uint8_t)(isnan(x[i]) ? none : at[i]);
}

static void
fill_numbers(uint8_t *out, const struct bin_feature *f, const float *v,
    size_t n)
{
	uint8_t last[LANE];
	float x[LANE] = { 0 };
	size_t i = 0;

	for (; i + LANE <= n; i += LANE)
		bins_of(out + i, v + i, f->bound, f->n_bins, f->n_bins);
	if (i == n)
		return;
	memcpy(x, v + i, (n - i) * sizeof(*x));
	bins_of(last, x, f->bound, f->n_bins, f->n_bins);
	memcpy(out + i, last, n - i);
}

static void
fill_levels(uint8_t *out, const struct bin_feature *f, const uint32_t *level,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = level[i] >= f->n_levels ? (uint8_t)f->n_bins :
		    f->of_level[level[i]];
}

/* Some rows at a time, so that they stay in the cache while all columns are
 * set. */
static void
fill_part(void *ctx, size_t part, int worker)
{
	struct bin_job *j = ctx;
	struct bins *b = j->b;
	size_t from = part * PART, n = b->rows - from;
	uint8_t own[PART];

	(void)worker;
	if (n > PART)
		n = PART;
	for (size_t k = 0; k < b->n_features; k++) {
		const struct feature *f = &j->f->feature[k];
		uint8_t *column = b->column ? b->column + k * b->rows + from :
		    own, *row = b->row + from * b->stride + k;

		if (f->category)
			fill_levels(column, &b->feature[k], f->level + from, n);
		else
			fill_numbers(column, &b->feature[k], f->number + from,
			    n);
		for (size_t i = 0; i < n; i++)
			row[i * b->stride] = column[i];
	}
	if ((part + 1) % LET_GO == 0)
		frame_let_go(j->f, from + n - LET_GO * PART, from + n);
}

/* A row that lies within one cache line costs one miss: room up to a power
 * of two is spent where that is a third at most. */
static size_t
stride_for(size_t n)
{
	size_t power = 4;

	while (power < n)
		power *= 2;
	return power <= 64 && power - n <= power / 3 ? power :
	    (n + 3) / 4 * 4;
}

void
bins_shape(struct bins *b, const struct frame *f)
{
	memset(b, 0, sizeof(*b));
	b->rows = f->rows;
	b->n_features = f->n_features;
	b->stride = stride_for(f->n_features);
	b->feature = xalloc(f->n_features + 1, sizeof(*b->feature));
}

/* Whole cache lines, and not all in the same sets. */
uint32_t
bins_after(const struct bin_feature *f)
{
	uint32_t end = f->offset + ((f->n_bins + 4) & ~3U);

	return end % 256 == 0 ? end + 4 : end;
}

static int
allocate_bins(struct bins *b, const struct frame *f, struct err *e)
{
	bins_shape(b, f);
	b->row = mem_aligned(64, f->rows, b->stride);
	return b->row ? 0 : err_set(e, ERR_NOMEM, "out of memory");
}

static void
fill_rows(struct bins *b, const struct frame *f, struct pool *pool)
{
	struct bin_job j = { b, f, NULL };

	pool_run(pool, (b->rows + PART - 1) / PART, fill_part, &j);
}

int
bins_init(struct bins *b, const struct frame *f, const struct bin_params *p,
    struct pool *pool, struct err *e)
{
	struct bin_job j = { b, f, p };

	if (allocate_bins(b, f, e) < 0)
		return -1;
	b->column = mem_array(f->rows, f->n_features + 1);
	if (b->column == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	pool_run(pool, f->n_features, find_bins, &j);
	for (size_t k = 0; k < f->n_features; k++) {
		b->feature[k].offset = b->total;
		b->total = bins_after(&b->feature[k]);
	}
	fill_rows(b, f, pool);
	return 0;
}

int
bins_init_like(struct bins *b, const struct bins *like, const struct frame *f,
    struct pool *pool, struct err *e)
{
	if (allocate_bins(b, f, e) < 0)
		return -1;
	for (size_t k = 0; k < f->n_features; k++) {
		struct bin_feature *to = &b->feature[k];
		const struct bin_feature *from = &like->feature[k];

		*to = *from;
		to->bound = NULL;
		to->level = NULL;
		to->of_level = NULL;
		if (from->category) {
			to->of_level = xalloc(from->n_levels + 1, 1);
			memcpy(to->of_level, from->of_level, from->n_levels + 1);
		} else {
			to->bound = xalloc(from->n_bins, sizeof(float));
			memcpy(to->bound, from->bound, from->n_bins *
			    sizeof(float));
		}
	}
	b->total = like->total;
	fill_rows(b, f, pool);
	return 0;
}

void
bins_release(struct bins *b)
{
	for (size_t k = 0; b->feature && k < b->n_features; k++) {
		free(b->feature[k].bound);
		free(b->feature[k].level);
		free(b->feature[k].of_level);
	}
	free(b->feature);
	if (!b->borrowed) {
		free(b->row);
		free(b->column);
	}
	memset(b, 0, sizeof(*b));
}
