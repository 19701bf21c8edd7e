/*
 * ship/signature.h - what a model takes and gives, in MLflow's words.  Private
 * to lib/ship.
 */
#ifndef SHIP_SIGNATURE_H
#define SHIP_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "codec/json.h"
#include "model/bind.h"
#include "onnx/onnx.h"

/* The member `signature` of an MLmodel file; NULL when MLflow has no words for
 * an input.  `outputs` is left out when it has none for one of those. */
struct json *signature_of(struct arena *a, const struct onnx_model *m);
/* One matrix and nothing beside it: it goes by no name. */
bool signature_is_unnamed(const struct onnx_model *m);

/*
 * Golden rows as the inputs of the model, the JSON that MLflow keeps as an
 * example: {"age":[[1.5],[2]]}, or [[1.5,2]] of one matrix.  *rows: how many,
 * 0 when the model has none or takes what is no column.  NaN stands as
 * Python's json writes and reads it.
 */
int signature_example(struct buf *out, size_t *rows, const struct binding *b,
    const struct onnx_model *m, struct err *e);

#endif
