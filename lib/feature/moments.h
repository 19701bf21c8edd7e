/*
 * feature/moments.h - the moments a training set asks about: keys and times,
 * sorted so that what was known by then can be found.
 *
 *	moments_add ...				a row of entities each
 *	moments_sort
 *	moments_groups(group, ...)		for the rows of a source
 *	at = moments_from(m, group, time)	the first moment not before
 *
 * Two keys are the same when all their columns have the same text; a whole
 * number may carry zeros behind a point ("1001.0" is 1001).
 */
#ifndef FEATURE_MOMENTS_H
#define FEATURE_MOMENTS_H

#include "base/buf.h"
#include "base/intern.h"
#include "table/column.h"

/* The keys by hash, a cache line away from where they are looked for. */
struct moments_slot {
	uint64_t hash;
	const char *s;			/* NULL: free */
	uint32_t n, group;
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
};

void moments_init(struct moments *m);
void moments_release(struct moments *m);
/* `n` 0: without a key. */
int moments_add(struct moments *m, const struct buf *key, int64_t time,
    struct err *e);
int moments_sort(struct moments *m, struct err *e);

/* The groups of many keys, INTERN_NONE where there is none: key i is the
 * bytes text[end[i - 1]..end[i]).  `hash` is room for as many. */
void moments_groups(uint32_t *group, uint64_t *hash, const struct moments *m,
    const char *text, const size_t *end, size_t n);
/* The first place of the group with at[place] >= time; start[group + 1]
 * when all are before. */
size_t moments_from(const struct moments *m, uint32_t group, int64_t time);

/* The key of row i in *out, of columns col[0..n) of raw cells; empty when one
 * is missing. */
void key_text(struct buf *out, const struct column *col, size_t n, size_t i);
/* One part more; key_text of several is these one after the other. */
void key_part(struct buf *out, const struct raw_cell *c, bool alone);

#endif
