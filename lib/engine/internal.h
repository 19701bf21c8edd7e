/*
 * engine/internal.h - a planned graph and a run of it.  Private to
 * lib/engine.
 *
 * Every tensor of the graph has a number, its value.  The plan is the list
 * of steps: nodes with their operators looked up and their inputs and
 * outputs as numbers (engine/step.h).  plan.c looks up, folds what is constant
 * and tries a row; run.c runs; model.c tells of what was loaded.
 */
#ifndef ENGINE_INTERNAL_H
#define ENGINE_INTERNAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/intern.h"
#include "engine/budget.h"
#include "engine/model.h"

/* Also of one dimension, and of all that are not 0: loops go through them. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define TENSOR_N_MAX ((size_t)1 << 16)	/* a fuzzer is to try many */
#else
#define TENSOR_N_MAX ((size_t)1 << 26)
#endif

struct model {
	struct arena arena;
	struct onnx_model *onnx;
	size_t n_values;
	struct tensor *constant;	/* by value; data NULL: not constant */
	struct step *step;
	size_t n_steps;
	struct model_port *input, *output;
	int *input_value, *output_value;
	size_t n_inputs, n_outputs;
	/* names of an output's entries, by value, from ZipMap and its like */
	const char *const **value_names;
	size_t *n_value_names;
	/* dictionaries of encoders, which live outside the arena */
	struct intern **dict;
	size_t n_dicts;
	struct regex **regex;		/* and patterns, likewise */
	size_t n_regexes;
	/* graphs inside nodes, planned; and how deep this one is in another */
	struct model **inner;
	size_t n_inner;
	int depth;
	/* its last inputs are values around it, which its step has as inputs
	 * from first_capture on */
	size_t first_capture, n_captured;
	const struct forest **forest;	/* of its steps, in order */
	size_t n_forests;
	struct budget *budget;	/* while it is loaded: what is left */
	struct budget of_file;	/* what the file was given */
	size_t arena_taken;	/* bytes of the arena that were taken from it */
	const char *trial_why;	/* why the trial row was refused; or
				 * NULL */
};

struct model_run {
	const struct model *m;
	struct tensor *value;	/* by value */
	void **room;		/* buffers, by value */
	size_t *room_bytes;
	struct budget *budget;	/* the load's, the outer run's or its own */
	struct budget own;
	size_t bytes;		/* taken from it for rooms and text ... */
	size_t text_bytes;	/* ... of which this for text */
	bool bounded;		/* all calls together have one budget */
	/* the trial row at load (zeros, empty texts): a value that no row
	 * would have, as an unknown category, is taken for the first one
	 * instead of refused */
	bool trial;
	bool float_sums;	/* of forests: as versions before added */
	struct buf unseen;	/* by row, 1: a text no encoder knew; empty
				 * until there is one */
	struct arena text;	/* strings made by this call */
	struct model_run **inner;	/* by model.inner; made when needed */
	size_t n_inner;
};

/* A run whose cost is taken from `b`, which outlives it; NULL: from its own,
 * RUN_BYTES_MAX and, filled again for each call, the work of so many rows. */
struct model_run *run_new(const struct model *m, struct budget *b);
/* One step, its inputs paid for. */
struct step;
int run_step(struct model_run *r, const struct step *s, struct err *e);
/* Free the buffer of value v, or what the last call wrote down. */
void run_drop_room(struct model_run *r, int v);
void run_drop_text(struct model_run *r);

#endif
