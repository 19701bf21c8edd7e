/*
 * onnx/build.h - an ONNX model built part by part.
 *
 * Names and numbers are copied into the arena.
 */
#ifndef ONNX_BUILD_H
#define ONNX_BUILD_H

#include "onnx/onnx.h"

struct onnx_model *onnx_new(struct arena *a, const char *graph_name);
void onnx_set_opset(struct arena *a, struct onnx_model *m, const char *domain,
    int64_t version);
/* dims: -1 becomes the symbol "N". */
void onnx_add_input(struct arena *a, struct onnx_model *m, const char *name,
    enum onnx_elem elem, int rank, const int64_t *dims);
void onnx_add_output(struct arena *a, struct onnx_model *m, const char *name,
    enum onnx_elem elem, int rank, const int64_t *dims);
void onnx_add_meta(struct arena *a, struct onnx_model *m, const char *key,
    const char *value, size_t n);
void onnx_add_initializer(struct arena *a, struct onnx_model *m,
    const char *name, enum onnx_elem elem, int rank, const int64_t *dims,
    const void *data);
/* The node stays valid only until the next onnx_add_node. */
struct onnx_node *onnx_add_node(struct arena *a, struct onnx_model *m,
    const char *domain, const char *op, const char *name);
void onnx_node_in(struct arena *a, struct onnx_node *n, const char *name);
void onnx_node_out(struct arena *a, struct onnx_node *n, const char *name);
void onnx_attr_int(struct arena *a, struct onnx_node *n, const char *name,
    int64_t v);
void onnx_attr_float(struct arena *a, struct onnx_node *n, const char *name,
    float v);
void onnx_attr_text(struct arena *a, struct onnx_node *n, const char *name,
    const char *v);
void onnx_attr_ints(struct arena *a, struct onnx_node *n, const char *name,
    const int64_t *v, size_t count);
void onnx_attr_floats(struct arena *a, struct onnx_node *n, const char *name,
    const float *v, size_t count);
void onnx_attr_texts(struct arena *a, struct onnx_node *n, const char *name,
    const struct text *v, size_t count);
void onnx_attr_tensor(struct arena *a, struct onnx_node *n, const char *name,
    enum onnx_elem elem, int rank, const int64_t *dims, const void *data);

#endif
