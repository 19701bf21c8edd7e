/*
 * judge/folds.h - the metrics of the folds of a cross validation: each one's
 * values, their mean, and their standard deviation (of the folds themselves,
 * as numpy's std gives it for scikit-learn's cross_val_score).
 */
#ifndef JUDGE_FOLDS_H
#define JUDGE_FOLDS_H

#include "base/arena.h"
#include "codec/json.h"
#include "evidence/evaluation.h"

struct fold_metric {
	const char *name;
	double *value;			/* (folds) */
	double mean, sd;
};

/* A metric that some fold has not is left out. */
struct fold_metrics {
	size_t folds, added;
	struct fold_metric m[METRIC_MAX];
	size_t n;
};

/* The next fold's, all of it in the arena; after the last, mean and sd are
 * set. */
void fold_metrics_add(struct fold_metrics *f, struct arena *a,
    const struct evaluation *v);
/* {"auc":{"mean":..,"sd":..,"values":[..]}, ...} */
struct json *fold_metrics_json(struct arena *a, const struct fold_metrics *f);

#endif
