/*
 * flow/multi/boosted.h - trees boosted on some rows of a table, and what they say of
 * others: mlv-train's learner gbdt with its defaults, LightGBM's, for whoever
 * needs a model only to ask it.
 */
#ifndef FLOW_MULTI_BOOSTED_H
#define FLOW_MULTI_BOOSTED_H

#include "learn/learner.h"
#include "table/table.h"

struct boosted;

/* y[i] is what row[i] of the table is to say, from all of its columns: a
 * number (TASK_REGRESSION), or 0 or 1 (TASK_BINARY). */
int boosted_fit(struct boosted **out, const struct table *t,
    const size_t *row, const double *y, size_t n, enum task task,
    struct err *e);
/* Of the rows row[0..n) of that table, or one with its columns: numbers, or
 * scores that rise with the chance of a 1. */
int boosted_scores(double *score, const struct boosted *m,
    const struct table *t, const size_t *row, size_t n, struct err *e);
void boosted_free(struct boosted *m);

#endif
