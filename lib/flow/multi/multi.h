/*
 * flow/multi/multi.h - have the columns of a table changed together, where
 * each alone may look the same?
 *
 * The classifier learns to tell the rows of both sides apart, and its area
 * under the ROC curve on rows that it has not seen says whether it can: 0.5
 * where nothing changed.  Reconstruction keeps the directions in which the
 * reference's columns move together (principal components of 65 % of their
 * variance) and says how far from them rows lie.  Both are NannyML's (0.13).
 */
#ifndef FLOW_MULTI_MULTI_H
#define FLOW_MULTI_MULTI_H

#include "table/table.h"

#define MULTI_ROWS 100000		/* of a side that are asked, evenly */
#define MULTI_COLUMNS 500		/* of a reconstruction */
#define MULTI_LEAST 100			/* rows of a side */

struct multi_opts {
	const char *const *only, *const *exclude;
	size_t n_only, n_exclude;
	double threshold;		/* of all but the reconstruction */
};

struct multi_score {
	const char *method;
	double score, low, high;
	/* it is drift beyond either; low NAN: there is none */
	double threshold_low, threshold;
	size_t columns;
	bool drifted;
};

/* A column NAME whose cells are lists of as many numbers, as a list of Parquet
 * is read, becomes as many columns, NAME.0, NAME.1 ...; at most
 * MULTI_DIMENSIONS of them.  ERR_UNSUPPORTED: the other side's are no such
 * lists, and it is asked for.  The tables are released by the caller in any case. */
#define MULTI_DIMENSIONS 8192
int multi_split_lists(struct table *ref, struct table *cur,
    const struct multi_opts *o, struct err *e);

/* Both sides' columns that both have: numbers, and categories; of a text its
 * length and how often its words fall into each of some heaps, where `texts`.
 * The reference's rows are the first `rows` of it.  ERR_NOENT: a column that
 * was named is not there; ERR_UNSUPPORTED: no column or too few rows. */
int multi_join(struct table **out, size_t *rows, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, bool texts,
    struct err *e);

int multi_classifier(struct multi_score *out, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e);
int multi_reconstruction(struct multi_score *out, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e);

/*
 * Of embeddings, whose dimensions are columns of numbers, Evidently's (0.7): how
 * far the means of both sides lie apart; the share of dimensions whose
 * Wasserstein's distance, in deviations, is 0.1 or more; and the unbiased squared
 * maximum mean discrepancy by Gaussians as wide as the median distance between
 * both sides, of at most 1000 rows a side, evenly.  None has an interval: low and
 * high are NAN.  Drift is above the threshold.
 */
#define MULTI_DISTANCE 0.2
#define MULTI_RATIO 0.2
#define MULTI_MMD 0.015
int multi_distance(struct multi_score *out, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e);
int multi_ratio(struct multi_score *out, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e);
int multi_mmd(struct multi_score *out, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, struct err *e);

#endif
