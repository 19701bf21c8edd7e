/*
 * engine/ml/post.h - what stands behind the scores of ai.onnx.ml operators:
 * post_transform and class labels.  Private to lib/engine.
 */
#ifndef ENGINE_ML_POST_H
#define ENGINE_ML_POST_H

#include "engine/step.h"

enum post { POST_NONE, POST_LOGISTIC, POST_SOFTMAX, POST_SOFTMAX_ZERO,
	POST_PROBIT };

int post_of(enum post *p, const struct step *s, struct err *e);
/* In place over n scores of one row. */
void post_apply(enum post p, float *v, size_t n);

/* classlabels_strings or classlabels_int64s (also classlabels_ints). */
struct labels {
	size_t n;
	const struct text *texts;	/* or NULL */
	const int64_t *ints;
	const char **names;		/* either, as text */
};
int labels_of(struct labels *l, const struct step *s, struct model *m,
    struct err *e);
/* The label tensor (output 0) of n rows. */
struct tensor *labels_out(struct model_run *r, const struct step *s,
    const struct labels *l, size_t n, struct err *e);
void labels_set(struct tensor *out, size_t row, const struct labels *l,
    size_t which);

/* Input 0 as rows of floats: (n, f).  Copies other types into the run's
 * arena.  A vector is one row. */
int rows_of_floats(const float **x, size_t *n, size_t *f, struct model_run *r,
    const struct step *s, struct err *e);

#endif
