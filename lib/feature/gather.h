/*
 * feature/gather.h - one pass over a view's source: for each moment the row
 * that was the newest then, as it was known then.
 *
 * The rule.  Of the rows with the moment's key whose timestamp is not after
 * it, and that were created by then (where the view names that column), the
 * one with the latest timestamp; of those the one created last; of those the
 * last in the source.  It is out of age when its timestamp lies more than
 * the ttl before the moment.
 *
 * No sorting is needed: a row is a candidate from max(timestamp, created)
 * on, so it is offered to the first moment from there, and the best of a
 * group is carried from each moment to the next.  The answer does not depend
 * on the order in which rows come, except where all else is equal.
 * Memory is that of the moments, and of the events where there are windows.
 */
#ifndef FEATURE_GATHER_H
#define FEATURE_GATHER_H

#include "base/source.h"
#include "feature/moments.h"
#include "feature/slide.h"
#include "feature/value.h"
#include "read/options.h"

struct winner {
	int64_t time, created;
	uint64_t row;			/* from 1; 0: none */
};

struct gathered {
	const struct feature_view *view;
	const struct moments *moments;
	struct winner *best;		/* of each place */
	struct held *cell;		/* (places, columns) */
	uint32_t *from;			/* the place whose row is the answer */
	struct event *event;		/* sorted */
	struct held *event_cell;	/* (events, columns) */
	size_t events, room;
	size_t *event_start;		/* of each group, and the end */
	size_t folds;			/* windows that are numbers */
	double *fold;			/* (places, folds) */
	uint64_t most;			/* bytes of events allowed */
	int64_t reach;			/* the longest window */
	/* what was passed over, and what looks wrong */
	uint64_t rows, timeless, early;
	struct window window;
};

/* Bytes that a moment takes in this view. */
size_t gathered_bytes(const struct feature_view *v);
int gathered_init(struct gathered *g, const struct feature_view *v,
    const struct moments *m, uint64_t most_event_bytes, struct err *e);
void gathered_release(struct gathered *g);

/* Read the source to its end.  ERR_TOOBIG when the events of the windows do
 * not fit. */
int gather_source(struct gathered *g, struct source *from,
    const struct table_read_opts *read, struct err *e);

/* The row that answered there; NULL: none was known. */
const struct winner *gathered_row(const struct gathered *g, size_t row);
/* The feature at row `row` of the moments: NULL_VALUE, NOT_FOUND and
 * OUTSIDE_MAX_AGE come with out->s NULL. */
int gathered_value(struct raw_cell *out, enum feature_status *status,
    struct arena *a, struct gathered *g, const struct feature *f, size_t row,
    struct err *e);

#endif
