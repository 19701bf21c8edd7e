/*
 * judge/evaluate.h - how well a model answers on rows whose answer is known.
 *
 * Any ONNX model of rows will do.  Which output is judged: the one named,
 * else a class's probabilities where classes are named, else the widest
 * output of floating numbers.  A classifier gives one probability a class,
 * or one alone, which is the positive class's.  Names of classes come from
 * the model; where it has none and the target holds 0 to K-1 those are
 * they, else the sorted values of the target.
 */
#ifndef JUDGE_EVALUATE_H
#define JUDGE_EVALUATE_H

#include "base/arena.h"
#include "evidence/evaluation.h"
#include "model/score.h"
#include "model/task.h"
#include "read/whole.h"
#include "table/table.h"

struct evaluate_opts {
	const char *target;		/* NULL: the model's META_TARGET */
	enum task task;			/* AUTO: the model's, else guessed */
	const char *positive;		/* NULL: the model's, else the last */
	const char *score;		/* output to judge, or NULL */
	double threshold;		/* of two classes */
	uint64_t seed;			/* of bootstraps */
	bool values_only;		/* nobody looks at the intervals */
	int threads;			/* 0: the default */
	const char *const *drop;	/* for a matrix: not its columns */
	size_t n_drop;
	bool importance;		/* of every input; costs time */
};

/* The types to read a table with, so that it fits the model; user's own
 * come first.  In the arena. */
void evaluate_read_opts(struct table_read_opts *o, struct arena *a,
    const struct binding *p);
int evaluate_table(struct evaluation *v, const struct binding *p,
    const struct table *t, const struct evaluate_opts *o, struct err *e);

#endif
