/*
 * learn/objective.h - what a learner minimises: one struct of functions for
 * each objective, all of them in one table.
 *
 *	binary		log loss of 1/(1+e^-s)
 *	multiclass	log loss of the softmax; hessians times k/(k-1), as
 *			LightGBM has them
 *	regression	squared error; its gradient is s - y
 *	regression_l1	absolute error
 *	huber		squared near the answer, absolute beyond alpha
 *	quantile	of alpha: what is under it costs alpha, over it the rest
 *	poisson		counts, of mean e^s
 *	tweedie		amounts, many of them 0, of mean e^s
 *
 * A learner asks an objective what LightGBM's boosting asks: which score to
 * begin with, each row's gradient and hessian, how scores become answers,
 * and the loss.  A new objective is one file in learn/objectives and its
 * line in OBJECTIVES below; the first of a task is what it means unless
 * asked otherwise.  Those that only trees go by lack what linear models need.
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

/* Where an objective takes a number of the user's. */
struct objective_settings {
	double scale_pos_weight;	/* in gradients, not in the loss */
	double alpha;			/* huber, quantile */
	double tweedie_variance_power;	/* 1 <= .. < 2 */
	double poisson_max_delta_step;
};
#define OBJECTIVE_SETTINGS { 1, 0.9, 1.5, 0.7 }		/* LightGBM's */

/* What a pass over all scores reads and writes. */
struct objective_pass {
	struct gh *gh;			/* (k, rows), or NULL: the loss alone */
	const struct frame *f;
	const double *score;		/* (k, rows) */
	size_t k;
	struct objective_settings set;
};

struct objective {
	const char *name;		/* LightGBM's */
	enum task task;
	bool score_per_class;		/* else one score a row */
	const char *loss;		/* the loss in histories: "logloss" */
	const char *metric;		/* the same as LightGBM names it */
	const char *transform;		/* `link` as ONNX's post_transform */
	const char *step;		/* and the node beyond that, or NULL */

	/* Is the target such as it takes?  ERR_FORMAT.  Or NULL. */
	int (*check)(const struct frame *f, struct err *e);
	/* The best constant scores (k), before anything is learned. */
	void (*start)(double *score, const struct frame *f,
	    const struct objective_settings *set);
	/* Leaves take this percentile of what is left of the target, instead
	 * of a step along the gradients; or NULL. */
	double (*percentile)(const struct objective_settings *set);
	/* Gradients, hessians and loss of rows [from, from + n). */
	struct loss_sum (*pass)(const struct objective_pass *p, size_t from,
	    size_t n);
	/* A row's scores (k) to what the model answers, in place. */
	void (*link)(double *score, size_t k);
	/* For linear models, else NULL: what answer k of that row should be. */
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
	ONE(regression) \
	ONE(regression_l1) \
	ONE(huber) \
	ONE(quantile) \
	ONE(poisson) \
	ONE(tweedie)

#define OBJECTIVE_DECLARE(name) extern const struct objective objective_##name;
OBJECTIVES(OBJECTIVE_DECLARE)
#undef OBJECTIVE_DECLARE

/* The objective of a task; NULL for TASK_AUTO. */
const struct objective *objective_of(enum task t);
/* By LightGBM's name or one of its aliases; NULL. */
const struct objective *objective_named(const char *name);
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
