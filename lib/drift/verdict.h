/*
 * drift/verdict.h - what the numbers of a column, and of all of them, mean.
 * Private to lib/drift.
 */
#ifndef DRIFT_VERDICT_H
#define DRIFT_VERDICT_H

#include "drift/compare.h"

/* From what was measured (by, score, low, high, threshold, chance, values)
 * to drifted, unknown and by.  `level`: what chance may explain. */
void judge_column(struct drift_column *d, const struct drift_opts *o,
    double level);
/* ERR_UNSUPPORTED: there are weights, but none of a column compared. */
int judge_dataset(struct drift_report *r, const struct drift_opts *o,
    struct err *e);

#endif
