/*
 * feature/value.h - what a feature says: of one row, or of the events in a
 * window.  The same code answers a join, the online store and an audit.
 */
#ifndef FEATURE_VALUE_H
#define FEATURE_VALUE_H

#include "feature/held.h"
#include "feature/spec.h"
#include "profile/exactsum.h"

/* As Feast's servers call them. */
enum feature_status {
	FEATURE_PRESENT, FEATURE_NULL_VALUE, FEATURE_NOT_FOUND,
	FEATURE_OUTSIDE_MAX_AGE, FEATURE_STATUSES
};
/* "PRESENT" ... */
const char *feature_status_name(enum feature_status s);

/* A number as a cell in the arena; NaN: missing. */
void number_cell(struct raw_cell *out, struct arena *a, double v);
/* The view's columns of a row, kept or where they stand. */
struct feature_row {
	const struct held *held;
	const struct raw_cell *raw;	/* where held is NULL */
};
/* The value of a feature without a window; out->s NULL: missing.  It lives in
 * the arena or in the cells. */
int feature_value(struct raw_cell *out, struct arena *a,
    const struct feature *f, struct feature_row row, struct err *e);

/*
 * The fold of a window: begin, one event after the other in the order of
 * their times (then created, then their place in the source), end.  Missing
 * values do not count.  Sums are exact and rounded once, so they are the same
 * however a window came to hold its rows.  std is that of a sample, n - 1; count and distinct of
 * no value are 0, all others missing.  last-N is a JSON list, oldest first.
 */
struct window {
	const struct feature *f;
	size_t n, room;
	double *v;		/* numbers */
	struct raw_cell *text;	/* of distinct and last-N, borrowed */
};
/* A number of a window, or ERR_FORMAT. */
int window_number(double *out, const struct feature *f,
    const struct raw_cell *c, struct err *e);
struct window_sum {
	size_t n;
	struct exact sum, squares;
};
void window_sum_add(struct window_sum *s, const double *v, size_t n);
void window_sum_remove(struct window_sum *s, double v);
/* AGG_SUM, AGG_MEAN or AGG_STD; NaN: missing. */
double window_sum_value(const struct window_sum *s, enum feature_agg agg);

void window_begin(struct window *w, const struct feature *f);
/* The event's cell, of the column that the window is of (any where it counts
 * rows); what it points to is borrowed until the end. */
int window_add(struct window *w, const struct raw_cell *c, struct err *e);
int window_end(struct raw_cell *out, struct arena *a, struct window *w,
    struct err *e);
void window_release(struct window *w);

#endif
