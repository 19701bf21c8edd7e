/*
 * judge/gain.h - what each input of a model of trees is worth, by its trees
 * alone: no rows are needed.
 *
 * A split's gain is how far it parts the scores of the training rows that came
 * to it: n_left n_right / n (difference of the means below it)^2, of rows as
 * nodes_hitrates count them.  Of squared error that is the gain the learner
 * saw, times its learning rate squared.  Where a file does not say how many
 * rows went to which of two leaves (sets of categories), half is taken.
 */
#ifndef JUDGE_GAIN_H
#define JUDGE_GAIN_H

#include "model/bind.h"

/* out[i] is of wanted column i (binding_wants).  ERR_UNSUPPORTED: it has no
 * trees, they do not say how many rows came by, or what they ask cannot be told
 * by column. */
int gain_measure(double *out, const struct binding *b, struct err *e);

#endif
