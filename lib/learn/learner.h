/*
 * learn/learner.h - one learner of several: its parameters set, fitted, and
 * turned into a graph.
 *
 *	logistic	two classes or more, learn/linear.h
 *	linear		numbers, learn/linear.h
 *	gbdt		all of them, learn/gbdt/gbdt.h
 *
 * Beside the graph stands what the learner itself says for some rows, so
 * that the graph can be proved right (fit.c) before it leaves the house.
 */
#ifndef LEARN_LEARNER_H
#define LEARN_LEARNER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/param.h"
#include "base/progress.h"
#include "codec/json.h"
#include "onnx/onnx.h"
#include "learn/frame.h"

struct learner_request {
	const char *name;
	const struct param *set;	/* --set NAME=VALUE, in order */
	size_t n_set;
	int64_t seed;
	int threads;			/* 0: as pool_new */
	const size_t *probe;		/* training rows to answer for */
	size_t n_probes;
	const struct progress *progress;
};

/* A measure by iteration, "train.logloss". */
struct history {
	const char *name;
	size_t n;
	const double *value;
};

struct learned {		/* all of it in the arena */
	struct onnx_model *graph;
	struct history history[2];
	size_t n_histories;
	int64_t iterations;
	bool converged;			/* false: max_iter was too few */
	const char *kernel;		/* of BLAS where it was used, or NULL */
	/* (n_probes, width): probabilities, for two classes that of the
	 * positive one alone; or the prediction */
	const double *answer;
	size_t width;
};

/* Does such a learner exist, and what task does it want when the user says
 * nothing?  ERR_USAGE names the known ones. */
int learner_check(enum task *wanted, const char *name, struct err *e);
/* Every parameter that counts, given or by default, as numbers, by its own
 * name.  ERR_USAGE: an unknown one, a value it does not take, or one given by
 * two of its names. */
int learner_params(struct json **out, struct arena *a,
    const struct learner_request *rq, bool watched, struct err *e);
/* ERR_USAGE: as learner_params, or a task the learner is not for. */
int learner_fit(struct learned *out, struct arena *a,
    const struct frame *train, const struct frame *valid,
    const struct learner_request *rq, struct err *e);

#endif
