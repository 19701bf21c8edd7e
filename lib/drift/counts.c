/* Sorted and counted: by counting alone where a column is decimals. */
#include "drift/counts.h"

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

/* ---- decimals ---- */

#define DECIMALS 6
#define STEPS_MAX ((size_t)1 << 22)

/* Numbers as people write them are few: whole multiples of a power of ten, in
 * a narrow span.  Then they are counted, not sorted. */
struct decimals {
	double ten;			/* v is a whole number over it */
	double low, high;		/* these whole numbers */
};

static bool
are_decimals(struct decimals *d, const double *v, size_t n)
{
	d->low = INFINITY;
	d->high = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		double k = nearbyint(v[i] * d->ten);

		if (k / d->ten != v[i])
			return false;
		d->low = k < d->low ? k : d->low;
		d->high = k > d->high ? k : d->high;
	}
	return fabs(d->low) < 0x1p53 && fabs(d->high) < 0x1p53;
}

static bool
find_decimals(struct decimals *d, const double *v, size_t n)
{
	d->ten = 1;
	for (int i = 0; i <= DECIMALS; i++, d->ten *= 10)
		if (are_decimals(d, v, n < 100 ? n : 100))
			break;
	return n > 0 && are_decimals(d, v, n) && d->high - d->low <
	    (double)STEPS_MAX && d->high - d->low < 4 * (double)n;
}

static int
count_decimals(struct counts *r, const struct decimals *d, const double *v,
    size_t n, struct err *e)
{
	size_t steps = (size_t)(d->high - d->low) + 1;
	uint32_t *at = mem_zeroed(steps, sizeof(*at));

	if (at == NULL)
		return err_set(e, ERR_NOMEM, "no memory to count %zu values",
		    n);
	for (size_t i = 0; i < n; i++)
		at[(size_t)(nearbyint(v[i] * d->ten) - d->low)]++;
	for (size_t i = 0; i < steps; i++) {
		if (at[i] == 0)
			continue;
		r->key[r->k] = key_of_number((d->low + (double)i) / d->ten);
		r->n[r->k++] = at[i];
	}
	free(at);
	return 0;
}

/* ---- columns ---- */

static void
count_sorted(struct counts *r, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		r->key[i] = key_of_number(v[i]);
	radix_sort(r->key, r->n, n);
	for (size_t i = 0; i < n; r->k++) {
		uint64_t key = r->key[i];
		size_t first = i;

		while (i < n && r->key[i] == key)
			i++;
		r->key[r->k] = key;
		r->n[r->k] = i - first;
	}
}

int
counts_of_column(struct counts *r, const struct column *c, struct err *e)
{
	double *v = mem_array(c->rows + 1, sizeof(*v));
	struct decimals d;
	size_t n = 0;
	int got;

	if (v == NULL) {
		memset(r, 0, sizeof(*r));
		return err_set(e, ERR_NOMEM, "no memory to sort %zu values",
		    c->rows);
	}
	for (size_t i = 0; i < c->rows; i++) {
		double x = column_number(c, i);

		if (isfinite(x))
			v[n++] = x;
	}
	got = counts_init(r, n, e);
	r->total = n;
	if (got == 0 && n <= UINT32_MAX && find_decimals(&d, v, n))
		got = count_decimals(r, &d, v, n, e);
	else if (got == 0)
		count_sorted(r, v, n);
	free(v);
	return got;
}
