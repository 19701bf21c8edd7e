/*
 * stat/ranked.h - how well a score tells two classes apart, of rows that come
 * by falling score: what stat/metric.h says of them, in constant memory and
 * with closed intervals alone.
 */
#ifndef STAT_RANKED_H
#define STAT_RANKED_H

#include <stdbool.h>

struct ranked_mean {
	double n, sum;
	double mean, m2;		/* for the spread */
};

struct ranked {
	bool any;
	double score, dp, dn;		/* the last score's rows */
	double tp, fp;			/* rows above it, by class */
	double area;
	double c, cc, d, dd;		/* places of positives among negatives
					 * and the other way round: sums, and
					 * of squares */
	struct ranked_mean loss, brier;
	bool no_probability;		/* a score beyond 0 to 1 */
};

struct ranked_auc {
	double value, low, high;	/* NAN with one class alone */
	double placed;	/* standard deviation of the rarer class's places */
};

/* Zeroed before. */
void ranked_add(struct ranked *r, double score, bool yes);
void ranked_auc(struct ranked_auc *out, struct ranked *r);

/* Numbers one by one: their mean is sum / n; half of its 95 % interval. */
void ranked_mean_add(struct ranked_mean *m, double v);
double ranked_mean_half(const struct ranked_mean *m);

#endif
