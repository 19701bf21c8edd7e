/* learn/linear/emit.h - a fitted linear model as the nodes of a graph. */
#ifndef LEARN_LINEAR_EMIT_H
#define LEARN_LINEAR_EMIT_H

#include "learn/linear/linear.h"
#include "onnx/onnx.h"

void linear_emit(struct arena *a, struct onnx_model *m, const struct frame *f,
    const struct design *d, const struct linear_fit *fit);

#endif
