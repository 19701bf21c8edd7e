/*
 * stat/isotonic.h - isotonic regression: the rising steps nearest to what was
 * seen, by pooling adjacent violators.  Values are scikit-learn's
 * IsotonicRegression with out_of_bounds="clip": points of one x count as their
 * mean, between two steps it is a straight line, beyond the ends the end.
 */
#ifndef STAT_ISOTONIC_H
#define STAT_ISOTONIC_H

#include <stdbool.h>
#include <stddef.h>

struct isotonic_step {
	double low, high;		/* its first and last x */
	double sum, n;			/* of y */
};

struct isotonic {
	struct isotonic_step *step;
	size_t n, room;
	struct isotonic_step tie;	/* points of the last x, not yet in */
	bool any;
};

void isotonic_init(struct isotonic *f);
void isotonic_release(struct isotonic *f);
/* Points come by falling x. */
void isotonic_add(struct isotonic *f, double x, double y);
/* After the last one, before any value is asked. */
void isotonic_done(struct isotonic *f);
/* x itself where there was no point. */
double isotonic_value(const struct isotonic *f, double x);

#endif
