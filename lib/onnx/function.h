/*
 * onnx/function.h - functions inside a model: local functions of a
 * ModelProto, whose nodes take the place of the nodes that call them.
 *
 * Names inside a function are its own: each call gives them new ones.  A
 * function that calls itself, however indirectly, is refused, and so is a
 * file whose calls would make a graph out of all proportion.
 */
#ifndef ONNX_FUNCTION_H
#define ONNX_FUNCTION_H

#include "onnx/onnx.h"

struct onnx_function {
	struct onnx_node head;		/* its domain, name (op), inputs and
					 * outputs; attributes with defaults */
	struct onnx_model body;		/* its nodes and opsets */
};

/* Put the functions' nodes where nodes of the graph call them. */
int onnx_inline_functions(struct onnx_model *m, struct arena *a,
    struct err *e);

#endif
