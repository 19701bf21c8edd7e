/*
 * learn/linear/model.h - a fitted linear model with the steps of its columns,
 * in the form that the learners logistic and linear share.
 */
#ifndef LEARN_LINEAR_MODEL_H
#define LEARN_LINEAR_MODEL_H

#include "learn/learner.h"
#include "learn/linear/linear.h"

/* By enum penalty, for a table of parameters. */
extern const char *const linear_penalties[];
/* Is there a penalty?  Is it elasticnet? */
bool linear_penalised(const void *params);
bool linear_mixed(const void *params);

/* Functions of struct learner; the model is on the heap. */
int linear_model_fit(void **model, const struct learner_rows *rows,
    const void *params, const struct learner_request *rq, struct err *e);
void linear_model_score(double *score, const void *model,
    const struct frame *f, size_t row);
void linear_model_emit(struct arena *a, struct onnx_model *graph,
    const struct frame *f, const void *model);
void linear_model_report(struct learned *out, struct arena *a,
    const struct frame *f, const void *model);
void linear_model_free(void *model);

#endif
