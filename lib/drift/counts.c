/* Sorted and counted: by counting alone where a column is decimals. */
#include "drift/counts.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define DIGIT_BITS 11
#define DIGITS 6
#define DIGIT_SIZE (1u << DIGIT_BITS)

uint64_t
key_of_number(double v)
{
	uint64_t u;

	v += 0.0;			/* -0 is 0 */
	memcpy(&u, &v, sizeof(u));
	return u >> 63 ? ~u : u | UINT64_C(1) << 63;
}

double
number_of_key(uint64_t u)
{
	double v;

	u = u >> 63 ? u & ~(UINT64_C(1) << 63) : ~u;
	memcpy(&v, &u, sizeof(v));
	return v;
}

/* Least significant digit first; the sorted keys end in `a`. */
static void
radix_sort(uint64_t *a, uint64_t *room, size_t n)
{
	size_t (*count)[DIGIT_SIZE] = xalloc(DIGITS, sizeof(*count));
	uint64_t *from = a, *to = room, *swap;

	for (size_t i = 0; i < n; i++)
		for (int d = 0; d < DIGITS; d++)
			count[d][a[i] >> d * DIGIT_BITS & (DIGIT_SIZE - 1)]++;
	for (int d = 0; d < DIGITS && n > 0; d++) {
		int shift = d * DIGIT_BITS;
		size_t at = 0;

		if (count[d][from[0] >> shift & (DIGIT_SIZE - 1)] == n)
			continue;
		for (size_t i = 0; i < DIGIT_SIZE; i++) {
			size_t c = count[d][i];

			count[d][i] = at;
			at += c;
		}
		for (size_t i = 0; i < n; i++)
			to[count[d][from[i] >> shift & (DIGIT_SIZE - 1)]++] =
			    from[i];
		swap = from, from = to, to = swap;
	}
	if (from != a)
		memcpy(a, from, n * sizeof(*a));
	free(count);
}

int
counts_init(struct counts *r, size_t n, struct err *e)
{
	memset(r, 0, sizeof(*r));
	r->key = mem_array(n + 1, sizeof(*r->key));
	r->n = mem_array(n + 1, sizeof(*r->n));
	if (r->key == NULL || r->n == NULL)
		return err_set(e, ERR_NOMEM, "no memory to sort %zu values",
		    n);
	return 0;
}

void
counts_release(struct counts *r)
{
	free(r->key);
	free(r->n);
}

/* ---- the values of a column, some at a time ---- */

#define BLOCK 512

/* Of n numbers all: nothing is left out, and they may stay where they are. */
static bool
are_finite(const double *v, size_t n)
{
	bool other = false;

	for (size_t i = 0; i < n; i++)
		other |= !(fabs(v[i]) <= DBL_MAX);
	return !other;
}

/* The finite ones from row *at on, in the column or in `room`; how many: none
 * at the end.  Of numbers that are `known` to be finite none is looked at. */
static size_t
next_values(const double **v, double room[BLOCK], const struct column *c,
    size_t *at, bool known)
{
	size_t n = 0, i = *at, left = c->rows - i;

	*v = room;
	if (c->type == COL_FLOAT64 && left > 0) {
		left = left < BLOCK ? left : BLOCK;
		if (known || are_finite(c->f64 + i, left)) {
			*v = c->f64 + i;
			*at += left;
			return left;
		}
	}
	for (; i < c->rows && n < BLOCK; i++) {
		double x = column_number(c, i);

		room[n] = x;
		n += isfinite(x) != 0;
	}
	*at = i;
	return n;
}

/* ---- decimals ---- */

#define DECIMALS 6
#define STEPS_MAX ((size_t)1 << 22)
#define ROUNDER 0x1.8p52		/* added, it leaves no fraction */
#define WHOLE_MAX 0x1p51		/* what it rounds right */

/* Numbers as people write them are few: whole multiples of a power of ten, in
 * a narrow span.  Then they are counted, not sorted. */
struct decimals {
	double ten;			/* v is a whole number over it */
	double low, high;		/* these whole numbers */
	bool all;			/* none but finite doubles is there */
};

static inline double
to_whole(double v, double ten)
{
	return (v * ten + ROUNDER) - ROUNDER;
}

static bool
are_decimals(struct decimals *d, const double *v, size_t n)
{
	double low = d->low, high = d->high;
	bool other = false;

	for (size_t i = 0; i < n; i++) {
		double k = to_whole(v[i], d->ten);

		other |= k / d->ten != v[i];
		low = k < low ? k : low;
		high = k > high ? k : high;
	}
	d->low = low;
	d->high = high;
	return !other && low > -WHOLE_MAX && high < WHOLE_MAX;
}

/* In how many places the first values are written, then all of them, which
 * are counted. */
static bool
find_decimals(struct decimals *d, const struct column *c, size_t *values)
{
	double room[BLOCK];
	const double *v;
	size_t at = 0, n = next_values(&v, room, c, &at, false);

	d->ten = 1;
	d->all = true;
	for (int i = 0; i <= DECIMALS; i++, d->ten *= 10) {
		d->low = INFINITY;
		d->high = -INFINITY;
		if (are_decimals(d, v, n < 100 ? n : 100))
			break;
	}
	for (*values = 0; n > 0; n = next_values(&v, room, c, &at, false)) {
		if (!are_decimals(d, v, n))
			return false;
		*values += n;
		d->all = d->all && v != room;
	}
	return *values > 0 && *values <= UINT32_MAX && d->high - d->low <
	    (double)STEPS_MAX && d->high - d->low < 4 * (double)*values;
}

static int
count_decimals(struct counts *r, const struct decimals *d,
    const struct column *c, size_t values, struct err *e)
{
	size_t steps = (size_t)(d->high - d->low) + 1, at = 0, n;
	uint32_t *seen = mem_zeroed(steps, sizeof(*seen));
	double room[BLOCK];
	const double *v;

	if (seen == NULL || counts_init(r, values < steps ? values : steps,
	    e) < 0) {
		free(seen);
		return err_set(e, ERR_NOMEM, "no memory to count %zu values",
		    values);
	}
	while ((n = next_values(&v, room, c, &at, d->all)) > 0)
		for (size_t i = 0; i < n; i++)
			seen[(size_t)(to_whole(v[i], d->ten) - d->low)]++;
	for (size_t i = 0; i < steps; i++) {
		if (seen[i] == 0)
			continue;
		r->key[r->k] = key_of_number((d->low + (double)i) / d->ten);
		r->n[r->k++] = seen[i];
	}
	free(seen);
	return 0;
}

/* ---- columns ---- */

static int
count_sorted(struct counts *r, const struct column *c, struct err *e)
{
	double room[BLOCK];
	const double *v;
	size_t at = 0, n;

	if (counts_init(r, c->rows - c->missing, e) < 0)
		return -1;
	while ((n = next_values(&v, room, c, &at, false)) > 0)
		for (size_t i = 0; i < n; i++)
			r->key[r->total++] = key_of_number(v[i]);
	radix_sort(r->key, r->n, r->total);
	for (size_t i = 0; i < r->total; r->k++) {
		uint64_t key = r->key[i];
		size_t first = i;

		while (i < r->total && r->key[i] == key)
			i++;
		r->key[r->k] = key;
		r->n[r->k] = i - first;
	}
	return 0;
}

int
counts_of_column(struct counts *r, const struct column *c, struct err *e)
{
	struct decimals d;
	size_t values;

	memset(r, 0, sizeof(*r));
	if (!find_decimals(&d, c, &values))
		return count_sorted(r, c, e);
	if (count_decimals(r, &d, c, values, e) < 0)
		return -1;
	r->total = values;
	return 0;
}
