/*
 * flow/evaluate_folds.h - a model judged on each of several parts of the
 * rows, to see how far its metrics vary.
 */
#ifndef FLOW_EVALUATE_FOLDS_H
#define FLOW_EVALUATE_FOLDS_H

#include "judge/evaluate.h"
#include "judge/folds.h"
#include "quality/folds.h"

/* o->stratify NULL: by the target where it is of classes.  How they were
 * dealt is set in *o. */
int evaluate_folds(struct fold_metrics *out, struct arena *a,
    const struct binding *p, const struct table *t,
    const struct evaluate_opts *eo, struct folds_opts *o, struct err *e);

#endif
