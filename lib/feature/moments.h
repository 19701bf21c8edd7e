/*
 * feature/moments.h - the moments a training set asks about: keys and times,
 * sorted so that what was known by then can be found.
 *
 *	moments_add ...				a row of entities each
 *	moments_sort
 *	moments_find(place, ...)		for the rows of a source: the
 *						first moment of their key from
 *						when they were known
 */
#ifndef FEATURE_MOMENTS_H
#define FEATURE_MOMENTS_H

#include "base/buf.h"
#include "base/intern.h"
#include "feature/feed.h"

/* The keys by hash, short ones a cache line away from where they are looked
 * for. */
#define MOMENTS_INLINE 16
struct moments_slot {
	uint64_t hash;
	uint32_t n;
	uint32_t group;			/* and 1; 0: free */
	union {
		char in[MOMENTS_INLINE];
		const char *far;	/* when longer */
	};
};

/* Of a key with many moments: where to begin to look for a time. */
struct moments_index {
	uint32_t group;
	unsigned shift;
	uint32_t *first;		/* of each part of its time, and the
					 * end */
};

struct moments {
	struct intern *keys;
	size_t n, room;
	uint32_t *key;		/* of each row; INTERN_NONE: one is missing */
	int64_t *time;		/* INT64_MIN where there is no key */
	/* sorted by key, time, row: */
	int64_t *at;
	uint32_t *row, *place;	/* of each place; of each row */
	size_t *start;		/* of each key's group, and the end */
	struct moments_slot *slot;
	size_t mask;
	struct moments_index *index;	/* by group */
	size_t indexes;
};

void moments_init(struct moments *m);
void moments_release(struct moments *m);
/* `n` 0: without a key. */
int moments_add(struct moments *m, const struct buf *key, int64_t time,
    struct err *e);
int moments_sort(struct moments *m, struct err *e);

#define MOMENTS_NONE UINT32_MAX

/* For n rows of a block, from row `from`: the group of each key and the first
 * place of it with at[place] >= known; MOMENTS_NONE where there is no such key
 * or no such place. */
void moments_find(uint32_t *group, uint32_t *place, const struct moments *m,
    const struct feed_block *b, size_t from, const int64_t *known, size_t n);
/* The first place of the group with at[place] >= time; start[group + 1]
 * when all are before. */
size_t moments_from(const struct moments *m, uint32_t group, int64_t time);

#endif
