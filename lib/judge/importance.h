/*
 * judge/importance.h - permutation importance: how much worse a model
 * answers when the values of one input are shuffled among the rows
 * (Breiman 2001; scikit-learn's permutation_importance).
 *
 * Any model will do.  It is asked about IMPORTANCE_ROWS rows in all, and no
 * more than IMPORTANCE_WORK allows (model_effort), so a model of many inputs,
 * or one that goes through its training rows for every answer, is judged on
 * fewer rows; below IMPORTANCE_FEW there is no result, as where shuffled
 * rows have no finite answer.  Two inputs that say the same share their
 * importance.
 */
#ifndef JUDGE_IMPORTANCE_H
#define JUDGE_IMPORTANCE_H

#include "evidence/evaluation.h"
#include "model/score.h"

#define IMPORTANCE_ROWS 200000
#define IMPORTANCE_WORK ((size_t)1 << 30)
#define IMPORTANCE_FEW 50

/* How many of `rows` to look at, with so many inputs and so much effort a
 * row; 0: none. */
size_t importance_rows(size_t rows, size_t inputs, size_t effort);

/* How bad an answer is: score (rows, width), row-major.  NaN: unknown. */
struct importance_judge {
	double (*loss)(void *ctx, const double *score);
	void *ctx;
	size_t first, width;		/* of the scorer's columns */
};
/* out->input[i].name are set, in the order of the block's columns; fills
 * the rest and sorts.  A loss that is unknown leaves out->n 0. */
int importance_measure(struct importance *out, const struct binding *p,
    const struct table *block, const struct importance_judge *j,
    uint64_t seed, struct err *e);

#endif
