/*
 * learn/learned.h - what comes of a fit: the graph, what the learner itself
 * answers for some rows, and how the fit went.
 */
#ifndef LEARN_LEARNED_H
#define LEARN_LEARNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "onnx/onnx.h"

#define LEARNED_HISTORIES 2

/* A measure by iteration, "train.logloss". */
struct history {
	const char *name;
	size_t n;
	const double *value;
};

struct learned {		/* all of it in the arena */
	struct onnx_model *graph;
	struct history history[LEARNED_HISTORIES];
	size_t n_histories;
	int64_t iterations;
	bool converged;			/* false: max_iter was too few */
	const char *warning;		/* a sentence for the user, or NULL */
	const char *kernel;		/* of BLAS where it was used, or NULL */
	/* (n_probes, width): probabilities, for two classes that of the
	 * positive one alone; or the prediction */
	const double *answer;
	size_t width;
};

/* Copies n values under the name "SET.MEASURE"; none are no history. */
void learned_add_history(struct learned *l, struct arena *a, const char *set,
    const char *measure, const double *v, size_t n);

#endif
