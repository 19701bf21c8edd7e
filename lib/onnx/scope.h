/*
 * onnx/scope.h - what the names in a function are outside of it, once its
 * nodes stand in a graph: graphs inside those nodes still read values by the
 * names of the function.
 */
#ifndef ONNX_SCOPE_H
#define ONNX_SCOPE_H

#include "base/intern.h"
#include "onnx/onnx.h"

struct onnx_scope;

/* The names `inside[i]` are `outside[i]`; both are borrowed, the arrays are
 * copied. */
void onnx_scope_fill(struct onnx_scope *s, struct arena *a,
    const struct intern *inside, const char *const *outside);
struct onnx_scope *onnx_scope_new(struct arena *a);
/* What a name is around the node; the name itself where no scope knows it. */
const char *onnx_scope_name(const struct onnx_scope *s, const char *inside);

#endif
