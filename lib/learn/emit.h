/*
 * learn/emit.h - a fitted learner as an ONNX model.
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

#include "onnx/onnx.h"
#include "learn/design.h"
#include "learn/frame.h"
#include "learn/gbdt/gbdt.h"
#include "learn/linear.h"

/* Begin: inputs, opsets and metadata of the frame. */
struct onnx_model *export_begin(struct arena *a, const struct frame *f,
    const char *learner);
void export_linear(struct arena *a, struct onnx_model *m,
    const struct frame *f, const struct design *d,
    const struct linear_fit *fit);
void export_gbdt(struct arena *a, struct onnx_model *m,
    const struct frame *f, const struct gbdt_model *g);

#endif
