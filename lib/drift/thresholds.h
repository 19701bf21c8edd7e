/*
 * drift/thresholds.h - from which distance on a window differs from its
 * reference by more than chance, for a stated rate of false alarms.
 *
 * Windows are drawn from the reference itself, whole rows, and held against
 * what is left of it, as a window is that did not drift.  Of `rate` of them
 * some column reaches its threshold: the rate is the window's, whatever the
 * columns and however they hang together.  Drawn rows know no week-day and no
 * season: what moves within the reference is not in the rate.
 *
 * As JSON it is mlv.drift.thresholds/2 (mlv-windows(5)).
 */
#ifndef DRIFT_THRESHOLDS_H
#define DRIFT_THRESHOLDS_H

#include "drift/binned.h"
#include "drift/compare.h"
#include "codec/json.h"

#define THRESHOLDS_SCHEMA "mlv.drift.thresholds/2"
#define THRESHOLDS_SIZES 16
#define THRESHOLDS_DRAWS 2000
/* Of a column that never moved by chance, for whatever is new in it. */
#define THRESHOLDS_LEAST 0.01

struct thresholds {
	double rate;
	uint64_t rows[THRESHOLDS_SIZES];	/* rising sizes of a window */
	size_t sizes;
	const char **column;
	size_t n;
	double *value;			/* (sizes, columns) */
	struct arena arena;
};

/* rows[0..sizes) of at least 2 and at most half the reference's, rising; 0
 * of them: a few that fit.  ERR_UNSUPPORTED: the reference is too small.
 * Released in any case. */
int thresholds_draw(struct thresholds *t, const struct binned *b,
    const struct table *reference, double rate, const uint64_t *rows,
    size_t sizes, uint64_t seed, struct err *e);
void thresholds_release(struct thresholds *t);
/* For a window of so many rows held against a reference of so many, 0: without
 * end.  Between two sizes, and beyond them, as chance goes with the rows of
 * both.  A column that is not in it: `other`. */
double thresholds_at(const struct thresholds *t, const char *column,
    uint64_t rows, uint64_t reference, double other);

/* As settings of a comparison, room for t->n of each: the distance and its
 * threshold for as many rows as both sides have, of the current one's columns
 * that are numbers or categories there.  How many. */
size_t thresholds_settings(struct drift_setting *method,
    struct drift_setting *threshold, const struct thresholds *t,
    const struct drift_side *ref, const struct drift_side *cur);

void thresholds_write(struct buf *out, const struct thresholds *t);
int thresholds_parse(struct thresholds *t, const char *s, size_t n,
    struct err *e);

#endif
