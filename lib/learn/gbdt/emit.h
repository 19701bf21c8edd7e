/* learn/gbdt/emit.h - boosted trees as the nodes of a graph. */
#ifndef LEARN_GBDT_EMIT_H
#define LEARN_GBDT_EMIT_H

#include "learn/gbdt/gbdt.h"
#include "onnx/onnx.h"

void gbdt_emit(struct arena *a, struct onnx_model *m, const struct frame *f,
    const struct gbdt_model *g);

#endif
