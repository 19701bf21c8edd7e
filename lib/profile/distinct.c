#include "profile/distinct.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define RANKS 53		/* 52 bits of hash behind the register's 12 */

void
hll_merge(uint8_t *to, const uint8_t *from)
{
	for (size_t i = 0; i < HLL_REGISTERS; i++)
		if (from[i] > to[i])
			to[i] = from[i];
}

static double
sigma(double x)
{
	double y = 1, z = x, before;

	if (x == 1)
		return INFINITY;
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z != before);
	return z;
}

static double
tau(double x)
{
	double y = 1, z = 1 - x, before;

	if (x == 0 || x == 1)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y *= 0.5;
		z -= (1 - x) * (1 - x) * y;
	} while (z != before);
	return z / 3;
}

double
hll_count(const uint8_t *reg)
{
	double m = HLL_REGISTERS, z;
	unsigned count[RANKS + 1] = { 0 };

	for (size_t i = 0; i < HLL_REGISTERS; i++)
		count[reg[i]]++;
	z = m * tau(1 - count[RANKS] / m);
	for (int k = RANKS - 1; k >= 1; k--)
		z = 0.5 * (z + count[k]);
	z += m * sigma(count[0] / m);
	/* m^2 / (2 ln 2 z) */
	return 0.72134752044448170368 * m * m / z;
}

void
few_init(struct few *f, size_t keep, bool text)
{
	memset(f, 0, sizeof(*f));
	f->keep = keep;
	f->text = text;
	f->complete = true;
	f->limit = UINT64_MAX;
	f->mask = 63;
	f->slot = xalloc(f->mask + 1, sizeof(*f->slot));
}

void
few_free(struct few *f)
{
	for (size_t i = 0; f->slot != NULL && f->text && i <= f->mask; i++)
		free(f->slot[i].s);
	free(f->slot);
	f->slot = NULL;
}

static size_t
find(const struct few *f, uint64_t hash)
{
	size_t i = hash & f->mask;

	while (f->slot[i].used && f->slot[i].hash != hash)
		i = (i + 1) & f->mask;
	return i;
}

const struct few_entry **
few_sorted(const struct few *f, int (*cmp)(const void *, const void *))
{
	const struct few_entry **v = xalloc(f->n + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i <= f->mask; i++)
		if (f->slot[i].used)
			v[n++] = &f->slot[i];
	qsort(v, n, sizeof(*v), cmp);
	return v;
}

/* Into a table of `mask` + 1 slots, those with hashes up to the limit. */
static void
rebuild(struct few *f, size_t mask)
{
	struct few_entry *old = f->slot;
	size_t n = f->mask + 1;

	f->slot = xalloc(mask + 1, sizeof(*f->slot));
	f->mask = mask;
	f->n = 0;
	for (size_t i = 0; i < n; i++) {
		if (!old[i].used)
			continue;
		if (old[i].hash > f->limit) {
			if (f->text)
				free(old[i].s);
			continue;
		}
		f->slot[find(f, old[i].hash)] = old[i];
		f->n++;
	}
	free(old);
}

/* The k-th smallest of v, counted from 0; Hoare's selection, v is moved. */
static uint64_t
smallest(uint64_t *v, size_t n, size_t k)
{
	size_t low = 0, high = n - 1;

	while (low < high) {
		uint64_t pivot = v[low + (high - low) / 2], t;
		size_t i = low, j = high;

		for (;; i++, j--) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i >= j)
				break;
			t = v[i];
			v[i] = v[j];
			v[j] = t;
		}
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
	return v[k];
}

void
few_trim(struct few *f)
{
	uint64_t *v;
	size_t n = 0;

	if (f->n <= f->keep)
		return;
	v = xalloc(f->n, sizeof(*v));
	for (size_t i = 0; i <= f->mask; i++)
		if (f->slot[i].used)
			v[n++] = f->slot[i].hash;
	f->limit = smallest(v, n, f->keep - 1);
	f->complete = false;
	free(v);
	rebuild(f, f->mask);
}

void
few_limit(struct few *f, uint64_t limit)
{
	f->limit = limit;
	rebuild(f, f->mask);
}

struct few_entry *
few_add(struct few *f, uint64_t hash, uint64_t n, bool *fresh)
{
	size_t i;

	*fresh = false;
	if (hash > f->limit)
		return NULL;
	i = find(f, hash);
	if (!f->slot[i].used) {
		if (f->n >= 2 * f->keep) {
			few_trim(f);
			if (hash > f->limit)
				return NULL;
			i = find(f, hash);
		} else if (2 * f->n > f->mask) {
			rebuild(f, f->mask * 2 + 1);
			i = find(f, hash);
		}
		f->slot[i].used = true;
		f->slot[i].hash = hash;
		f->n++;
		*fresh = true;
	}
	f->slot[i].n += n;
	return &f->slot[i];
}

void
few_set_text(struct few_entry *e, const char *s, size_t n)
{
	e->s = xstrndup(s, n);
	e->len = (uint32_t)n;
}
