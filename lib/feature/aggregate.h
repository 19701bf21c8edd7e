/*
 * feature/aggregate.h - the windows of a view at all moments.
 *
 * The events that some window may hold are sorted by key and time, on disk
 * where they are many, and come back key by key; of a key with more events
 * than fit, some at a time, of which those stay that the next moments need.
 *
 *	aggregates_add ...				the events
 *	aggregates_end
 *	aggregates_value ...				at each place of the moments
 */
#ifndef FEATURE_AGGREGATE_H
#define FEATURE_AGGREGATE_H

#include "base/sorter.h"
#include "feature/feed.h"
#include "feature/moments.h"
#include "feature/slide.h"

struct aggregates {
	const struct feature_view *view;
	const struct moments *moments;
	struct sorter *events;		/* NULL: the view has no windows */
	struct buf record;
	int64_t reach;			/* the longest window */
	size_t *column, columns;	/* of the view, that windows are of */
	/* of each window, as the view has them: */
	struct feature *feature;	/* its column among those above */
	size_t *at;			/* of each feature of the view */
	size_t numbers, lists;
	double *number;			/* (places, numbers) */
	struct held *list;		/* (places, lists), of last-N */
	size_t most;			/* events at a time */
};

/* Bytes that a moment takes. */
size_t aggregates_bytes(const struct feature_view *v);
int aggregates_init(struct aggregates *f, const struct feature_view *v,
    const struct moments *m, uint64_t memory, struct err *e);
void aggregates_release(struct aggregates *f);

/* Row i of the block, which its key knows from place `at` on. */
int aggregates_add(struct aggregates *f, uint32_t group, uint32_t at,
    const struct feed_block *b, size_t i, struct err *e);
/* No more are added.  ERR_TOOBIG: the events of one window do not fit. */
int aggregates_end(struct aggregates *f, struct err *e);
/* The value of the view's feature there; out->s NULL: missing. */
void aggregates_value(struct raw_cell *out, struct arena *a,
    const struct aggregates *f, size_t feature, size_t place);

#endif
