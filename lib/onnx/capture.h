/*
 * onnx/capture.h - names that a graph inside a node takes from around it.
 */
#ifndef ONNX_CAPTURE_H
#define ONNX_CAPTURE_H

#include "base/intern.h"
#include "onnx/onnx.h"

/* Add to `names` what the graph reads and does not make, in the order it
 * comes upon them, graphs inside its nodes included. */
int onnx_free_names(struct intern *names, const struct onnx_model *m,
    struct arena *a, struct err *e);

#endif
