/*
 * A column as a whole.  What a block saw is kept by value until it is taken
 * over, for a block may have to be read again.
 */
#include "quality/check/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sorter.h"
#include "profile/exactsum.h"
#include "quality/check/key_set.h"

#define DISTINCT_IN_MEMORY ((size_t)1 << 22)	/* hashes */
#define LANE 256		/* numbers summed at once */
#define SORT_MEMORY ((size_t)256 << 20)

struct tally {
	const struct schema_column *c;
	const char *folder;
	bool sums, sorts, hashes;
	uint64_t rows, values, numbers;		/* finite ones */
	bool any;
	struct num least, greatest;
	struct exact sum, squares;
	/* of a block: */
	double lane[LANE];			/* not yet in the sums */
	size_t n_lane;
	uint64_t *ordered;			/* numbers as sorted bits */
	struct hash128 *hash;
	size_t n_ordered, n_hash, room_ordered, room_hash;
	/* of all: */
	struct sorter *order, *spill;
	struct key_set distinct;
	double *quantile;			/* (aggregates) */
	uint64_t n_distinct;
	bool concluded;
};

static bool
is_sorted(enum aggregate of)
{
	return of == AGGREGATE_MEDIAN || of == AGGREGATE_QUANTILE;
}

struct tally *
tally_new(const struct schema_column *c, const char *folder, bool mean)
{
	struct tally *t;

	if (c->aggregates == 0 && !mean)
		return NULL;
	t = xalloc(1, sizeof(*t));
	t->c = c;
	t->folder = folder;
	t->sums = mean;
	for (size_t i = 0; i < c->aggregates; i++) {
		enum aggregate of = c->aggregate[i].of;

		t->sums |= of == AGGREGATE_MEAN || of == AGGREGATE_SUM ||
		    of == AGGREGATE_STDEV;
		t->sorts |= is_sorted(of);
		t->hashes |= of == AGGREGATE_DISTINCT ||
		    of == AGGREGATE_DISTINCT_SHARE;
	}
	if (folder != NULL && t->sorts)
		t->order = sorter_new(SORT_MEMORY, t->folder);
	if (folder != NULL)
		t->quantile = xalloc(c->aggregates + 1, sizeof(*t->quantile));
	return t;
}

void
tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	free(t->ordered);
	free(t->hash);
	free(t->quantile);
	sorter_free(t->order);
	sorter_free(t->spill);
	key_set_release(&t->distinct);
	free(t);
}

void
tally_clear(struct tally *t)
{
	t->rows = t->values = t->numbers = 0;
	t->any = false;
	t->n_ordered = t->n_hash = t->n_lane = 0;
	if (t->sums) {
		memset(&t->sum, 0, sizeof(t->sum));
		memset(&t->squares, 0, sizeof(t->squares));
	}
}

bool
tally_hashes(const struct tally *t)
{
	return t->hashes;
}

void
tally_missing(struct tally *t)
{
	t->rows++;
}

static void
add_hash(struct tally *t, const struct hash128 *h)
{
	if (!t->hashes)
		return;
	if (t->n_hash == t->room_hash) {
		t->room_hash = 2 * t->room_hash + 1024;
		t->hash = xresize(t->hash, t->room_hash, sizeof(*t->hash));
	}
	t->hash[t->n_hash++] = *h;
}

void
tally_text(struct tally *t, const struct hash128 *h)
{
	t->rows++;
	t->values++;
	add_hash(t, h);
}

/* Bits whose order, as unsigned numbers, is that of the values. */
static uint64_t
ordered_bits(const struct num *v)
{
	uint64_t u;

	if (v->whole)
		return (uint64_t)v->i ^ (uint64_t)1 << 63;
	memcpy(&u, &v->d, sizeof(u));
	return u >> 63 ? ~u : u | (uint64_t)1 << 63;
}

static double
value_of_bits(uint64_t u, bool whole)
{
	double d;

	if (whole)
		return (double)(int64_t)(u ^ (uint64_t)1 << 63);
	u = u >> 63 ? u & ~((uint64_t)1 << 63) : ~u;
	memcpy(&d, &u, sizeof(d));
	return d;
}

static void
sum_lane(struct tally *t)
{
	exact_add(&t->sum, &t->squares, t->lane, t->n_lane);
	t->n_lane = 0;
}

void
tally_number(struct tally *t, const struct num *v, const struct hash128 *h)
{
	t->rows++;
	t->values++;
	add_hash(t, h);
	if (!isfinite(v->d))
		return;
	t->numbers++;
	if (!t->any || num_order(v, &t->least) < 0)
		t->least = *v;
	if (!t->any || num_order(v, &t->greatest) > 0)
		t->greatest = *v;
	t->any = true;
	if (t->sums) {
		t->lane[t->n_lane++] = v->d;
		if (t->n_lane == LANE)
			sum_lane(t);
	}
	if (!t->sorts)
		return;
	if (t->n_ordered == t->room_ordered) {
		t->room_ordered = 2 * t->room_ordered + 1024;
		t->ordered = xresize(t->ordered, t->room_ordered,
		    sizeof(*t->ordered));
	}
	t->ordered[t->n_ordered++] = ordered_bits(v);
}

/* ---- taking over ---- */

/* The set becomes records of the sorter. */
static int
spill_set(struct tally *t, struct err *e)
{
	int r = 0;

	t->spill = sorter_new(SORT_MEMORY, t->folder);
	for (size_t i = 0; i <= t->distinct.mask && r == 0; i++)
		if (t->distinct.slot[i].lo != 0)
			r = sorter_add(t->spill, &t->distinct.slot[i],
			    sizeof(struct hash128), e);
	key_set_release(&t->distinct);
	return r;
}

static int
take_hashes(struct tally *to, struct tally *from, struct err *e)
{
	for (size_t i = 0; i < from->n_hash; i++) {
		struct hash128 h = from->hash[i];

		if (to->spill == NULL) {
			key_set_add(&to->distinct, h);
			if (to->distinct.n >= DISTINCT_IN_MEMORY &&
			    spill_set(to, e) != 0)
				return -1;
			continue;
		}
		h.lo |= 1;
		if (sorter_add(to->spill, &h, sizeof(h), e) != 0)
			return -1;
	}
	return 0;
}

static int
take_order(struct tally *to, const struct tally *from, struct err *e)
{
	struct buf b;
	int r = 0;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < from->n_ordered && r == 0; i++) {
		buf_clear(&b);
		sorter_put_u64(&b, from->ordered[i]);
		r = sorter_add(to->order, b.data, b.len, e);
	}
	buf_free(&b);
	return r;
}

int
tally_take(struct tally *to, struct tally *from, struct err *e)
{
	to->rows += from->rows;
	to->values += from->values;
	to->numbers += from->numbers;
	if (from->any && (!to->any || num_order(&from->least, &to->least) < 0))
		to->least = from->least;
	if (from->any && (!to->any || num_order(&from->greatest,
	    &to->greatest) > 0))
		to->greatest = from->greatest;
	to->any |= from->any;
	if (to->sums) {
		sum_lane(from);
		exact_merge(&to->sum, &from->sum);
		exact_merge(&to->squares, &from->squares);
	}
	if (take_hashes(to, from, e) != 0 || take_order(to, from, e) != 0)
		return -1;
	tally_clear(from);
	return 0;
}

/* ---- what comes out ---- */

static double
quantile_at(const struct schema_aggregate *g)
{
	return g->of == AGGREGATE_MEDIAN ? 0.5 : g->at;
}

/* One walk over the sorted values finds all quantiles: between two of them in
 * proportion. */
static int
find_quantiles(struct tally *t, struct err *e)
{
	bool whole = t->c->type == COL_INT64 || t->c->type == COL_DATETIME;
	const void *record;
	uint64_t i = 0;
	size_t n;
	int r;

	if (t->order == NULL || sorter_sort(t->order, e) != 0)
		return t->order == NULL ? 0 : -1;
	while ((r = sorter_next(&record, &n, t->order, e)) > 0) {
		double v = value_of_bits(sorter_get_u64(record), whole);

		for (size_t k = 0; k < t->c->aggregates; k++) {
			const struct schema_aggregate *g = &t->c->aggregate[k];
			double at, part;

			if (!is_sorted(g->of))
				continue;
			at = quantile_at(g) * (double)(t->numbers - 1);
			part = at - floor(at);
			if (i == (uint64_t)at)
				t->quantile[k] = v;
			else if (i == (uint64_t)at + 1 && part > 0)
				t->quantile[k] += part * (v - t->quantile[k]);
		}
		i++;
	}
	return r;
}

static int
count_distinct(struct tally *t, struct err *e)
{
	struct hash128 last = { 0, 0 };
	const void *record;
	size_t n;
	int r;

	t->n_distinct = t->distinct.n;
	if (t->spill == NULL)
		return 0;
	if (sorter_sort(t->spill, e) != 0)
		return -1;
	while ((r = sorter_next(&record, &n, t->spill, e)) > 0) {
		t->n_distinct += memcmp(&last, record, sizeof(last)) != 0;
		memcpy(&last, record, sizeof(last));
	}
	return r;
}

bool
tally_value(struct num *v, struct tally *t, const struct schema_aggregate *g,
    int *failed, struct err *e)
{
	double n = (double)t->numbers;

	if (!t->concluded) {
		t->concluded = true;
		if (find_quantiles(t, e) != 0 || count_distinct(t, e) != 0) {
			*failed = -1;
			return false;
		}
	}
	switch (g->of) {
	case AGGREGATE_DISTINCT:
		*v = num_of_i64((int64_t)t->n_distinct);
		return true;
	case AGGREGATE_DISTINCT_SHARE:
		*v = num_of_f64((double)t->n_distinct / (double)t->values);
		return t->values > 0;
	case AGGREGATE_MISSING:
		*v = num_of_f64((double)(t->rows - t->values) /
		    (double)t->rows);
		return t->rows > 0;
	case AGGREGATE_SUM:
		*v = num_of_f64(exact_value(&t->sum));
		return true;
	case AGGREGATE_MEAN:
		*v = num_of_f64(n > 0 ? exact_mean(&t->sum, t->numbers) : 0);
		return n > 0;
	case AGGREGATE_STDEV:
		*v = num_of_f64(exact_std_sample(&t->sum, &t->squares,
		    t->numbers));
		return n > 1;
	case AGGREGATE_LEAST:
		*v = t->least;
		return t->any;
	case AGGREGATE_GREATEST:
		*v = t->greatest;
		return t->any;
	default:
		*v = num_of_f64(t->quantile[g - t->c->aggregate]);
		if (t->c->type == COL_DATETIME)
			*v = num_of_i64((int64_t)floor(v->d));
		return n > 0;
	}
}

double
tally_mean(const struct tally *t)
{
	return t->numbers > 0 ? exact_mean(&t->sum, t->numbers) : NAN;
}
