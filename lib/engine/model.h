/*
 * engine/model.h - an ONNX model ready to answer.
 *
 * model_load reads the file, looks up every operator, folds what is
 * constant and tries the rest on one row, so that what cannot run is
 * refused at load: "unsupported operator Foo (opset 17) in node 'x'".  What
 * a file may cost in memory and work is bounded by its size.
 * A loaded model is immutable and shared by threads; each thread runs it
 * through a `struct model_run` of its own, whose memory is kept between
 * calls.
 *
 * Answers are the same bits for any number of rows at once and any thread:
 * sums have one order, elementary functions are lib/math/elem.h.  Where the
 * ONNX text and onnxruntime differ, we follow onnxruntime.
 */
#ifndef ENGINE_MODEL_H
#define ENGINE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "onnx/onnx.h"

struct model;
struct model_run;

/* A dense tensor, row-major.  `data` holds n elements (struct text for
 * text). */
struct tensor {
	enum onnx_elem elem;
	int rank;
	int64_t dim[ONNX_RANK_MAX];
	size_t n;
	void *data;
};

struct model_port {
	const char *name;
	enum onnx_elem elem;
	int rank;			/* -1: not said */
	int64_t dim[ONNX_RANK_MAX];	/* -1: any */
	/* outputs only: names of the last dimension's entries, from ZipMap
	 * or class labels; NULL when there are none */
	const char *const *names;
	size_t n_names;
};

/* The bytes are not needed afterwards. */
int model_load(struct model **out, const void *bytes, size_t n,
    struct err *e);
void model_free(struct model *m);

size_t model_inputs(const struct model *m);
const struct model_port *model_input(const struct model *m, size_t i);
size_t model_outputs(const struct model *m);
const struct model_port *model_output(const struct model *m, size_t i);
/* metadata_props, or NULL. */
const char *model_meta(const struct model *m, const char *key);
/* Why the row tried at load was refused, though its shape was the model's;
 * or NULL.  Shapes of outputs are then those the file declares. */
const char *model_trial_why(const struct model *m);
const struct onnx_model *model_onnx(const struct model *m);
/* The forests of its steps, in the graph's order (engine/forest.h); those of
 * graphs inside nodes are not among them. */
struct forest;
size_t model_forests(const struct model *m);
const struct forest *model_forest(const struct model *m, size_t i);
/* About how many numbers an answer to one row takes: those in the file, and
 * of trees a path each. */
size_t model_effort(const struct model *m);

struct model_run *model_run_new(const struct model *m);
void model_run_free(struct model_run *r);
/* From now on all its calls together may take no more work than a load. */
void model_run_bound(struct model_run *r);
/* From now on leaf values of forests are added in float, as versions before
 * did it: their golden rows say so. */
void model_run_float_sums(struct model_run *r);
/*
 * in: one tensor an input, in order, borrowed for the call; its element
 * type must be the input's.  out: filled with one tensor an output,
 * borrowed until the next call.  ERR_FORMAT when shapes do not fit or a
 * value is refused by the model, ERR_TOOBIG beyond 2^26 elements or
 * what a file of its size may cost.
 */
int model_run(struct model_run *r, const struct tensor *in,
    struct tensor *out, struct err *e);
/* Rows of the last run with a text that an encoder had no entry for, and
 * took for none or for its default; the empty text is missing, not unseen. */
size_t model_run_unseen(const struct model_run *r);

#endif
