/*
 * feature/slide.h - the windows of one feature at all moments of a key, in one
 * walk: rows come in when they were known and leave when they are too old.
 *
 * A row is looked at twice and not once for each moment, so the time grows as
 * the rows and the moments do; minimum and maximum take a logarithm more.
 * The values are those of feature/value.h, to the bit.
 */
#ifndef FEATURE_SLIDE_H
#define FEATURE_SLIDE_H

#include "base/intern.h"
#include "feature/value.h"

struct event {				/* a row of a windowed view */
	int64_t time, created;
	uint64_t row;
	uint32_t group;
	uint32_t cell;			/* its place among the cells */
};

/* When an event was known, and its place among those of its key. */
struct slide_entry {
	int64_t time;
	uint32_t place;
};

/* The events of one key. */
struct slide_events {
	const struct event *event;	/* (n) by time, created, row */
	size_t n;
	const struct slide_entry *entry;	/* (n) in order */
	const struct held *cell;	/* (any, columns) */
	size_t columns;
};

/* Room that is used again for the next key. */
struct slide {
	size_t room;
	bool *in;			/* of each event: it is held */
	double *v;			/* its number */
	uint32_t *text;			/* its text's number, of distinct */
	double *tree;			/* minima; of maxima negated */
	struct intern *texts;
	uint32_t *count;		/* of each text */
	size_t texts_room;
};

/* Not of last-N.  out[i * stride] is that at the i-th of the moments, which
 * are in order; NaN: missing. */
int slide_windows(double *out, size_t stride, struct slide *s,
    const struct feature *f, const struct slide_events *e, const int64_t *at,
    size_t moments, struct err *err);
void slide_release(struct slide *s);

#endif
