/*
 * judge/late/cbpe.h - confidence-based performance estimation: how well a
 * binary classifier, or one class of several against the rest, does on rows
 * without a label, if its scores, calibrated on rows with one, still are what
 * they say.
 *
 * Values are NannyML's (0.13).  It holds as long as only the inputs change,
 * and not what follows from them: where that changes, only labels tell.
 */
#ifndef JUDGE_LATE_CBPE_H
#define JUDGE_LATE_CBPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stat/isotonic.h"
#include "stat/ranked.h"

#define CBPE_METRICS 6
extern const char *const cbpe_names[CBPE_METRICS];	/* "auc" .. "f1" */

/* What labelled rows teach. */
struct cbpe {
	struct isotonic calibrated;
	bool calibrates;	/* else a score is its own probability */
	double n, counts[2][2];	/* rows by truth and answer */
	struct ranked ranked;
	double placed;		/* spread of the rarer class's places */
	double spread[CBPE_METRICS];	/* of one row, see sampling error */
	double share[CBPE_METRICS];	/* of the rows that count */
	/* a sample of them, to decide whether to calibrate */
	struct cbpe_row {
		double score;
		uint64_t row;		/* as they came */
		bool yes;
	} *sample;
	size_t sampled, room;
};

void cbpe_init(struct cbpe *c);
void cbpe_release(struct cbpe *c);
/* A labelled row, by falling score; `row` is its number as it came, of n such
 * rows. */
void cbpe_learn(struct cbpe *c, double score, bool yes, bool answer,
    uint64_t row, uint64_t n);
/* False: they are of one class, or none, and nothing can be estimated. */
bool cbpe_done(struct cbpe *c);

/* A score as a probability. */
double cbpe_probability(const struct cbpe *c, double score);
/* The share of the rarer class among the rows that taught. */
double cbpe_rare(const struct cbpe *c);

/* One group of rows to be estimated, by falling score. */
struct cbpe_group {
	double n, p;			/* rows, sum of probabilities */
	double tp, fp, area;		/* rounded, as NannyML has them */
	double sum[2][2];		/* of p and 1 - p, by answer */
};
/* p is the row's cbpe_probability, or of several classes what became of it. */
void cbpe_add(struct cbpe_group *g, double p, bool answer);
/* The area under its curve; NAN: one class alone is expected. */
double cbpe_area(const struct cbpe_group *g);
/* The i-th metric, and its band of three sampling errors; NAN: unknown. */
void cbpe_estimate(double *value, double *low, double *high,
    const struct cbpe_group *g, const struct cbpe *c, size_t i);

#endif
