/*
 * learn/emit.h - a fitted learner as an ONNX model: what the graphs of all
 * learners have in common.
 *
 * One named input a raw column ([N, 1]: float for numbers and booleans,
 * string for categories), the pre-processing inside the graph, outputs
 * `label` and `probabilities` or `prediction`.  IR 8, opset 17, ai.onnx.ml
 * 3; trees that split on sets of categories use TreeEnsemble of ai.onnx.ml
 * 5.  The metadata holds task, target, classes, positive class, how columns
 * are read, and what the caller adds.  Equal calls give equal bytes.
 */
#ifndef LEARN_EMIT_H
#define LEARN_EMIT_H

#include "learn/frame.h"
#include "onnx/onnx.h"

#define EMIT_ML "ai.onnx.ml"

/* Begin: inputs, outputs, opsets and metadata of the frame. */
struct onnx_model *emit_begin(struct arena *a, const struct frame *f,
    const char *learner);

/* A name for a value inside the graph that no column has. */
const char *emit_own(struct arena *a, const struct frame *f,
    const char *name);
/* The same for the steps of column i: "hot_3". */
const char *emit_own_of(struct arena *a, const struct frame *f,
    const char *stem, size_t i);
/* A node with one input and one output, so far. */
struct onnx_node *emit_chain(struct arena *a, struct onnx_model *m,
    const char *domain, const char *op, const char *in, const char *out);
struct text *emit_texts(struct arena *a, const char *const *s, size_t n);
/* Rounded to float, each times the sign. */
float *emit_floats(struct arena *a, const double *v, size_t n, double sign);

#endif
