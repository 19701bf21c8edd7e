/*
 * profile/histogram.h - how often numbers fall into fixed buckets.  Private
 * to lib/profile.
 *
 * A bucket is a sign, an exponent and the top six bits of a fraction
 * (profile.h): over a quarter of a million of them, of which a column touches
 * a few hundred side by side.  They are held in parts of 256, made when they
 * are first touched, so that a table of many columns fits into memory.
 */
#ifndef PROFILE_HISTOGRAM_H
#define PROFILE_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_HALF 131073		/* keys are below it on either side */
#define HISTOGRAM_PART 256
#define HISTOGRAM_PARTS (2 * HISTOGRAM_HALF / HISTOGRAM_PART + 1)

struct histogram {
	uint16_t part[HISTOGRAM_PARTS];	/* place in `count` + 1, or 0 */
	uint64_t (*count)[HISTOGRAM_PART];
	size_t n, room;			/* parts in `count` */
};

struct histogram_place {
	int32_t key;
	uint64_t n;
};

void histogram_release(struct histogram *h);
/* Make a part that is not there. */
void histogram_open(struct histogram *h, size_t part);

/* n more of that key, which lies within +-HISTOGRAM_HALF. */
static inline void
histogram_add(struct histogram *h, int32_t key, uint64_t n)
{
	uint32_t at = (uint32_t)(key + HISTOGRAM_HALF);
	uint32_t part = at / HISTOGRAM_PART;

	if (h->part[part] == 0)
		histogram_open(h, part);
	h->count[h->part[part] - 1][at % HISTOGRAM_PART] += n;
}

/* The next bucket that holds something, by rising key; *at is 0 at first. */
bool histogram_next(struct histogram_place *out, const struct histogram *h,
    size_t *at);

#endif
