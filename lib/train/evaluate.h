/*
 * train/evaluate.h - how well a model answers on rows whose answer is known.
 *
 * Any ONNX model of rows will do.  Which output is judged: the one named,
 * else a class's probabilities where classes are named, else the widest
 * output of floating numbers.  A classifier gives one probability a class,
 * or one alone, which is the positive class's.  Names of classes come from
 * the model; where it has none and the target holds 0 to K-1 those are
 * they, else the sorted values of the target.
 */
#ifndef TRAIN_EVALUATE_H
#define TRAIN_EVALUATE_H

#include "base/arena.h"
#include "codec/json.h"
#include "math/metric.h"
#include "model/score.h"
#include "table/read.h"
#include "table/table.h"
#include "train/frame.h"
#include "train/importance.h"

#define EVALUATE_SPREAD 20	/* bins of scores from 0 to 1 */

struct evaluate_opts {
	const char *target;		/* NULL: the model's mlv.target */
	enum task task;			/* AUTO: the model's, else guessed */
	const char *positive;		/* NULL: the model's, else the last */
	const char *score;		/* output to judge, or NULL */
	double threshold;		/* of two classes */
	uint64_t seed;			/* of bootstraps */
	int threads;			/* 0: the default */
	const char *const *drop;	/* for a matrix: not its columns */
	size_t n_drop;
	bool importance;		/* of every input; costs time */
};

struct evaluation {
	struct arena arena;
	enum task task;
	const char *target, *positive;	/* positive: NULL unless binary */
	const char *const *classes;
	size_t n_classes;
	uint64_t *confusion;		/* (truth, answer), n_classes square */
	struct metrics metrics;
	/* binary: rows by score, the negative ones and the positive ones;
	 * not known (has_spread) when scores leave [0, 1] */
	uint64_t spread[2][EVALUATE_SPREAD];
	bool has_spread;
	/* regression: means of the rows by tenth of the answers */
	struct metric_bin tenth[METRIC_BINS];	/* share: of the truth */
	struct importance importance;
};

/* The types to read a table with, so that it fits the model; user's own
 * come first.  In the arena. */
void evaluate_read_opts(struct table_read_opts *o, struct arena *a,
    const struct score_plan *p);
int evaluate_table(struct evaluation *v, const struct score_plan *p,
    const struct table *t, const struct evaluate_opts *o, struct err *e);
void evaluation_free(struct evaluation *v);
/* Sentences about what the rows did not allow to be judged; how many. */
#define EVALUATION_GAPS 2
size_t evaluation_gaps(const char *out[EVALUATION_GAPS],
    const struct evaluation *v);

/* {"auc":{"value":..,"low":..,"high":..,"interval":"delong"}, ...} */
struct json *evaluation_metrics(struct arena *a, const struct evaluation *v);
/* The rest: task, target, rows, classes, roc, reliability, scores,
 * confusion, importance. */
struct json *evaluation_extra(struct arena *a, const struct evaluation *v);

#endif
