/*
 * learn/objective.h - what a learner minimises: one struct of functions for
 * each objective, all of them in one table.
 *
 *	binary		log loss of 1/(1+e^-s)
 *	multiclass	log loss of the softmax; hessians times k/(k-1), as
 *			LightGBM has them
 *	regression	squared error; its gradient is s - y
 *
 * A learner asks an objective what LightGBM's boosting asks: which score to
 * begin with, each row's gradient and hessian, how scores become answers,
 * and the loss.  A new objective is one file in learn/objectives and its
 * line in OBJECTIVES below.
 */
#ifndef LEARN_OBJECTIVE_H
#define LEARN_OBJECTIVE_H

#include "base/pool.h"
#include "learn/frame.h"

#define OBJECTIVE_LANE 64	/* most rows of one call of `pass` */

/* The gradient and the hessian of a row's loss by its score. */
struct gh {
	float g, h;
};

/* Sums over rows; their quotient is the mean loss. */
struct loss_sum {
	double loss, weight;
};

/* What a pass over all scores reads and writes. */
struct objective_pass {
	struct gh *gh;			/* (k, rows), or NULL: the loss alone */
	const struct frame *f;
	const double *score;		/* (k, rows) */
	size_t k;
	double scale_pos_weight;	/* in gradients, not in the loss */
};

struct objective {
	const char *name;		/* LightGBM's */
	enum task task;
	bool score_per_class;		/* else one score a row */
	const char *loss;		/* the loss in histories: "logloss" */
	const char *metric;		/* the same as LightGBM names it */
	const char *transform;		/* `link` as ONNX's post_transform */

	/* The best constant scores (k), before anything is learned. */
	void (*start)(double *score, const struct frame *f);
	/* Gradients, hessians and loss of rows [from, from + n). */
	struct loss_sum (*pass)(const struct objective_pass *p, size_t from,
	    size_t n);
	/* A row's scores (k) to what the model answers, in place. */
	void (*link)(double *score, size_t k);
	/* What answer k of that row should be. */
	double (*target)(const struct frame *f, size_t row, size_t k);
	/* The loss of one row, from its scores or from its answers. */
	double (*score_loss)(const double *score, size_t k,
	    const struct frame *f, size_t row);
	double (*answer_loss)(const double *answer, const struct frame *f,
	    size_t row);
	/* The size of the loss's second derivative by scores a and b. */
	double (*curvature)(const double *answer, size_t a, size_t b);
};

#define OBJECTIVES(ONE) \
	ONE(binary) \
	ONE(multiclass) \
	ONE(regression)

#define OBJECTIVE_DECLARE(name) extern const struct objective objective_##name;
OBJECTIVES(OBJECTIVE_DECLARE)
#undef OBJECTIVE_DECLARE

/* The objective of a task; NULL for TASK_AUTO. */
const struct objective *objective_of(enum task t);
/* Scores a row of that frame. */
size_t objective_scores(const struct objective *ob, const struct frame *f);
/*
 * Every row's gradient and hessian, and the mean loss.  Rows are taken in
 * blocks of fixed size whose sums are added in order: any number of threads
 * gives the same bits.
 */
double objective_run(const struct objective *ob,
    const struct objective_pass *p, struct pool *pool);

#endif
