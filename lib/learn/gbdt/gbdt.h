/*
 * learn/gbdt/gbdt.h - gradient boosted trees on histograms, in LightGBM's
 * terms.
 *
 * Where nothing is drawn the trees are LightGBM's, node for node, and scores
 * agree to float32's last digits (tests/golden/fits.sh, tests/interop/gbdt.py
 * and objectives.py; LightGBM 4).  Cuts of exactly the same worth are told
 * apart by what rounding left, so sums are rounded as LightGBM's on one
 * thread; only those of categories may still be told apart otherwise.
 *
 * Numbers are binned once (learn/gbdt/bin.h); a tree grows leaf by leaf, the
 * histogram of the larger child being the parent's less the smaller one's.
 * Missing values learn a direction at every split, or follow zero (what lies
 * within 1e-35 of it) where no training row had any; categories split by
 * sets, or one against the rest when there are few.  Thresholds are float32
 * and rows are told apart by the float32 they will be served with, so no row
 * falls on another side in production.
 *
 * Gradients are floats, histograms doubles summed in row order within a
 * column; threads share columns, so one thread and eight give the same
 * bytes.  Draws are by seed, iteration and row number.
 */
#ifndef LEARN_GBDT_GBDT_H
#define LEARN_GBDT_GBDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/progress.h"
#include "learn/frame.h"
#include "learn/gbdt/bin.h"
#include "learn/hyperparam.h"
#include "learn/objective.h"

/* Names and defaults are LightGBM's. */
struct gbdt_params {
	int64_t num_iterations;		/* 100 */
	double learning_rate;		/* 0.1 */
	int64_t num_leaves;		/* 31 */
	int64_t max_depth;		/* -1: no limit */
	int64_t min_data_in_leaf;	/* 20 */
	double min_sum_hessian_in_leaf;	/* 1e-3 */
	double lambda_l1, lambda_l2;	/* 0 */
	double min_gain_to_split;	/* 0 */
	int64_t max_bin;		/* 255 */
	int64_t min_data_in_bin;	/* 3 */
	int64_t bin_construct_sample_cnt;	/* 200000 */
	double feature_fraction;	/* 1: of columns, drawn a tree */
	double bagging_fraction;	/* 1: of rows */
	int64_t bagging_freq;		/* 0: never drawn anew */
	double cat_smooth, cat_l2;	/* 10, 10 */
	int64_t max_cat_threshold;	/* 32 */
	int64_t max_cat_to_onehot;	/* 4 */
	int64_t min_data_per_group;	/* 100 */
	int64_t early_stopping_round;	/* 0: off; with a validation set the
					 * caller sets it, 50 by default */
	int objective;			/* gbdt_objectives; 0: the task's */
	int metric;			/* gbdt_metrics; 0: the objective's */
	double alpha;			/* 0.9 */
	double tweedie_variance_power;	/* 1.5 */
	double poisson_max_delta_step;	/* 0.7 */
	const char *monotone_constraints;	/* gbdt/monotone.h; or NULL */
	int monotone_constraints_method;	/* "basic" */
	const char *class_weight;	/* learn/class_weight.h; or NULL */
	double scale_pos_weight;	/* 1 */
	bool boost_from_average;	/* true */
	bool use_quantized_grad;	/* false; gbdt/quantized.h */
	double split_fraction;		/* 1: of rows, that a tree's splits are
					 * chosen by; all make its values */
	int64_t seed;			/* 0 */
};

/* One row for each field above, with LightGBM's common aliases
 * (n_estimators, eta, reg_lambda ...). */
#define GBDT_HYPERPARAMS 34
extern const struct hyperparam gbdt_hyperparams[GBDT_HYPERPARAMS];

extern const char *const gbdt_objectives[], *const gbdt_metrics[];

void gbdt_defaults(struct gbdt_params *p);
/* Do they go together?  watched: there are rows to stop by.  ERR_USAGE. */
int gbdt_check(const struct gbdt_params *p, bool watched, struct err *e);

struct gbdt_node {
	uint32_t feature;		/* of the frame */
	float threshold;		/* x <= threshold goes left */
	bool default_left;		/* a missing value goes left */
	bool category;			/* level in the set goes left */
	uint32_t set, n_set;		/* into gbdt_model.set */
	uint32_t left, right;		/* nodes; or with the leaf flag, leaves */
	bool left_leaf, right_leaf;
	double gain;
	double count;			/* rows (weights) that came here */
};

struct gbdt_tree {
	struct gbdt_node *node;		/* node[0] is the root; none: one leaf */
	size_t n_nodes;
	double *value;			/* (leaves), learning rate included; a
					 * graph holds them as float32 */
	double *count;			/* (leaves) */
	size_t n_leaves;
	uint32_t target;		/* class; 0 for one output */
};

struct gbdt_model {
	const struct objective *objective;
	double alpha;			/* of the objective, where it has one */
	size_t n_outputs;		/* 1, or the number of classes */
	double *start;			/* (n_outputs): scores before any tree */
	struct gbdt_tree *tree;
	size_t n_trees;			/* those that are kept */
	uint32_t *set;			/* levels of category splits */
	size_t n_set;
	/* trees per output that are kept; 0: no cut was worth making, and
	 * each output has one tree of one leaf */
	int64_t best_iteration;
	double *train_loss, *valid_metric;	/* by iteration; valid NULL */
	const char *metric;		/* what valid_metric is */
	size_t n_history;
};

/* What is learned from; all but `train` may be NULL.  Bins that are given are
 * of these rows and parameters; else they are made. */
struct gbdt_rows {
	const struct frame *train, *valid;
	const struct bins *train_bins, *valid_bins;
	/* after each round; true: enough, which is ERR_STOPPED; or NULL */
	bool (*round)(void *ctx, int64_t round, double valid);
	void *round_ctx;
};

void gbdt_bin_params(struct bin_params *out, const struct gbdt_params *p);
int gbdt_train(struct gbdt_model *out, const struct gbdt_rows *rows,
    const struct gbdt_params *p, int threads,
    const struct progress *progress, struct err *e);
void gbdt_release(struct gbdt_model *m);

#endif
