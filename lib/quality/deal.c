/* Rows ranked by hash within their stratum. */
#include "quality/deal.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

struct dealt {
	uint64_t hash;
	uint32_t stratum;
	size_t row;
};

static int
by_stratum_and_hash(const void *a, const void *b)
{
	const struct dealt *x = a, *y = b;

	if (x->stratum != y->stratum)
		return x->stratum < y->stratum ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Those of one stratum, d[0..n), sorted. */
static void
place_stratum(double *place, const struct dealt *d, size_t n, uint64_t seed)
{
	size_t distinct = 0, at = 0;
	double start = (double)(hash64(&d->hash, sizeof(d->hash), seed) >>
	    11) * 0x1p-53;

	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || d[i].hash != d[i - 1].hash;
	for (size_t i = 0; i < n; i++) {
		at += i > 0 && d[i].hash != d[i - 1].hash;
		place[d[i].row] = ((double)at + start) / (double)distinct;
	}
}

int
deal_places(double *place, const uint64_t *hash, const uint32_t *stratum,
    size_t rows, uint64_t seed, struct err *e)
{
	struct dealt *d = mem_array(rows + 1, sizeof(*d));
	size_t from = 0;

	if (d == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < rows; i++)
		d[i] = (struct dealt){ hash[i], stratum ? stratum[i] : 0, i };
	qsort(d, rows, sizeof(*d), by_stratum_and_hash);
	for (size_t i = 1; i <= rows; i++) {
		if (i < rows && d[i].stratum == d[from].stratum)
			continue;
		place_stratum(place, d + from, i - from, seed);
		from = i;
	}
	free(d);
	return 0;
}
