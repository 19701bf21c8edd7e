/*
 * learn/gbdt/objective.h - how far scores are from what is learned: the mean loss,
 * and each row's gradient and hessian by its score.  Private to the booster.
 *
 *	binary		log loss of 1/(1+e^-s)
 *	multiclass	log loss of the softmax; hessians times k/(k-1), as
 *			LightGBM has them
 *	regression	squared error; its gradient is s - y
 *
 * One pass over the scores gives both, since both need the same e^s.  Rows
 * are taken in blocks of fixed size whose sums are added in order: any
 * number of threads gives the same bits.
 */
#ifndef LEARN_GBDT_OBJECTIVE_H
#define LEARN_GBDT_OBJECTIVE_H

#include "base/pool.h"
#include "learn/frame.h"
#include "learn/gbdt/grow.h"

/* score (k, rows); gh (k, rows), or NULL when only the loss is wanted.
 * scale_pos_weight counts in gradients, not in the loss. */
double loss_pass(struct gh *gh, const struct frame *f, const double *score,
    size_t k, double scale_pos_weight, struct pool *pool);

#endif
