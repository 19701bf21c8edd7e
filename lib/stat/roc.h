/*
 * stat/roc.h - rows by falling score: area under the ROC curve, KS, average
 * precision, the curve.  Private to lib/stat.
 */
#ifndef STAT_ROC_H
#define STAT_ROC_H

#include "stat/metric.h"

/* One score's rows by falling score. */
struct score_order {
	size_t n;
	double *p;
	uint8_t *is;			/* of the class whose score it is */
	uint32_t *row;			/* their places before */
};

/* p[i * stride] is the score of row i. */
void score_order_init(struct score_order *o, const double *p, size_t stride,
    const uint8_t *is, size_t n);
void score_order_release(struct score_order *o);

struct roc_walk {
	double auc, ks, ap;
};

/* AUC, KS and average precision in one walk, each row counted count[i]
 * times (NULL: once), i its rank, or its place before where `by_row`; P of
 * all n counts are of the class.  NAN where one class is missing. */
struct roc_walk walk_ranks(const struct score_order *o,
    const uint32_t *count, bool by_row, double P);
/* Of the AUC of P positives, by DeLong. */
double delong_variance(const struct score_order *o, size_t P, double auc);
/* out->fpr, tpr and n_curve. */
void roc_curve(struct metrics *out, const struct score_order *o, size_t P);

#endif
