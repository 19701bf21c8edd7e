/* Counts of numbers in fixed buckets: parts made and gone through. */
#include "profile/histogram.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
histogram_release(struct histogram *h)
{
	free(h->count);
	h->count = NULL;
}

void
histogram_open(struct histogram *h, size_t part)
{
	if (h->n == h->room) {
		h->room = h->room ? h->room * 2 : 2;
		h->count = xresize(h->count, h->room, sizeof(*h->count));
	}
	memset(h->count[h->n], 0, sizeof(*h->count));
	h->part[part] = (uint16_t)++h->n;
}

bool
histogram_next(struct histogram_place *out, const struct histogram *h,
    size_t *at)
{
	while (*at < HISTOGRAM_PARTS * HISTOGRAM_PART) {
		size_t i = (*at)++, part = h->part[i / HISTOGRAM_PART];

		if (part == 0) {
			*at = (i / HISTOGRAM_PART + 1) * HISTOGRAM_PART;
			continue;
		}
		out->key = (int32_t)i - HISTOGRAM_HALF;
		out->n = h->count[part - 1][i % HISTOGRAM_PART];
		if (out->n > 0)
			return true;
	}
	return false;
}
