/*
 * engine/outputs.h - outputs that no table holds, taken apart.  Private to
 * lib/engine.
 *
 * Classifiers of several labels answer with a sequence of matrices, one a
 * label, or with one tensor whose first axis are the labels and whose second
 * are the rows.  Each label becomes an output of its own, NAME.0, NAME.1 ...,
 * with the rows first.
 */
#ifndef ENGINE_OUTPUTS_H
#define ENGINE_OUTPUTS_H

#include "base/arena.h"
#include "onnx/onnx.h"

int outputs_split(struct onnx_model *m, struct arena *a, struct err *e);

#endif
