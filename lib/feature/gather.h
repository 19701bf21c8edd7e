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
 * Memory is that of the moments; the events of windows wait, sorted, on disk
 * when there are many (feature/aggregate.h).
 */
#ifndef FEATURE_GATHER_H
#define FEATURE_GATHER_H

#include "feature/feed.h"
#include "feature/aggregate.h"
#include "feature/moments.h"
#include "feature/value.h"

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
	struct aggregates aggregates;		/* of its windows */
	/* what was passed over, and what looks wrong */
	uint64_t rows, timeless, early;
};

/* Bytes that a moment takes in this view. */
size_t gathered_bytes(const struct feature_view *v);
/* `memory`: for the events of windows, about. */
int gathered_init(struct gathered *g, const struct feature_view *v,
    const struct moments *m, uint64_t memory, struct err *e);
void gathered_release(struct gathered *g);

/* Read the rows to their end.  ERR_TOOBIG when the window of one key does not
 * fit. */
int gather_rows(struct gathered *g, struct feed *from, struct err *e);

/* The row that answered there; NULL: none was known. */
const struct winner *gathered_row(const struct gathered *g, size_t row);
/* What gathered_value looks at for these rows of the moments is fetched: for
 * many at once. */
void gathered_fetch(const struct gathered *g, size_t row, size_t n);
/* The feature at row `row` of the moments: NULL_VALUE, NOT_FOUND and
 * OUTSIDE_MAX_AGE come with out->s NULL. */
int gathered_value(struct raw_cell *out, enum feature_status *status,
    struct arena *a, const struct gathered *g, const struct feature *f,
    size_t row, struct err *e);

#endif
