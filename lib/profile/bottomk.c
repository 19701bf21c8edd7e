/*
 * A bottom-k sample: a hash table of at most twice `keep` entries, cut back
 * to the smallest hashes when it is full.
 */
#include "profile/bottomk.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
bottomk_init(struct bottomk *f, size_t keep, bool text)
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
bottomk_release(struct bottomk *f)
{
	for (size_t i = 0; f->slot != NULL && f->text && i <= f->mask; i++)
		free(f->slot[i].s);
	free(f->slot);
	f->slot = NULL;
}

static size_t
find_slot(const struct bottomk *f, uint64_t hash)
{
	size_t i = hash & f->mask;

	while (f->slot[i].used && f->slot[i].hash != hash)
		i = (i + 1) & f->mask;
	return i;
}

const struct bottomk_entry **
bottomk_sorted(const struct bottomk *f, int (*cmp)(const void *, const void *))
{
	const struct bottomk_entry **v = xalloc(f->n + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i <= f->mask; i++)
		if (f->slot[i].used)
			v[n++] = &f->slot[i];
	qsort(v, n, sizeof(*v), cmp);
	return v;
}

/* Into a table of `mask` + 1 slots, those with hashes up to the limit. */
static void
rebuild_table(struct bottomk *f, size_t mask)
{
	struct bottomk_entry *old = f->slot;
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
		f->slot[find_slot(f, old[i].hash)] = old[i];
		f->n++;
	}
	free(old);
}

/* The k-th smallest of v, counted from 0; Hoare's selection, v is moved. */
static uint64_t
kth_smallest(uint64_t *v, size_t n, size_t k)
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
bottomk_trim(struct bottomk *f)
{
	uint64_t *v;
	size_t n = 0;

	if (f->n <= f->keep)
		return;
	v = xalloc(f->n, sizeof(*v));
	for (size_t i = 0; i <= f->mask; i++)
		if (f->slot[i].used)
			v[n++] = f->slot[i].hash;
	f->limit = kth_smallest(v, n, f->keep - 1);
	f->complete = false;
	free(v);
	rebuild_table(f, f->mask);
}

void
bottomk_limit(struct bottomk *f, uint64_t limit)
{
	f->limit = limit;
	rebuild_table(f, f->mask);
}

struct bottomk_entry *
bottomk_add(struct bottomk *f, uint64_t hash, uint64_t n, bool *fresh)
{
	size_t i;

	*fresh = false;
	if (hash > f->limit)
		return NULL;
	i = find_slot(f, hash);
	if (!f->slot[i].used) {
		if (f->n >= 2 * f->keep) {
			bottomk_trim(f);
			if (hash > f->limit)
				return NULL;
			i = find_slot(f, hash);
		} else if (2 * f->n > f->mask) {
			rebuild_table(f, f->mask * 2 + 1);
			i = find_slot(f, hash);
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
bottomk_set_text(struct bottomk_entry *e, const char *s, size_t n)
{
	e->s = xstrndup(s, n);
	e->len = (uint32_t)n;
}
