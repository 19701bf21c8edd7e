/*
 * learn/gbdt/predict.h - rows sent down the trees: by the values of a frame,
 * as a server will, or by their bins, as the booster does between rounds.
 */
#ifndef LEARN_GBDT_PREDICT_H
#define LEARN_GBDT_PREDICT_H

#include "learn/gbdt/bin.h"
#include "learn/gbdt/gbdt.h"

/* The scores (n_outputs) of a row of a frame, the start included. */
void gbdt_predict(double *score, const struct gbdt_model *m,
    const struct frame *f, size_t row);
/* One tree's values added to the scores of rows[from, to), or of the rows
 * from .. to themselves where `rows` is NULL. */
void gbdt_predict_bins(double *score, const struct gbdt_model *m,
    const struct gbdt_tree *t, const struct bins *b, const uint32_t *rows,
    size_t from, size_t to);

#endif
