/*
 * onnx/onnx.h - an ONNX file as C structs: read and written (built: build.h).
 *
 * Everything lives in an arena.  Reading checks every length and count
 * before it is used, refuses external data and sparse tensors, puts the
 * nodes of functions where they are called (function.h), keeps graphs inside
 * nodes as bytes, and copies numbers into native arrays.  Writing gives the
 * same bytes for the same calls.  Field numbers: onnx.proto, IR 8.
 */
#ifndef ONNX_ONNX_H
#define ONNX_ONNX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define ONNX_RANK_MAX 8
#define ONNX_BYTES_MAX ((size_t)1 << 31)

enum onnx_elem {
	ONNX_NONE = 0, ONNX_FLOAT = 1, ONNX_UINT8 = 2, ONNX_INT8 = 3,
	ONNX_UINT16 = 4, ONNX_INT16 = 5, ONNX_INT32 = 6, ONNX_INT64 = 7,
	ONNX_TEXT = 8, ONNX_BOOL = 9, ONNX_FLOAT16 = 10, ONNX_DOUBLE = 11,
	ONNX_UINT32 = 12, ONNX_UINT64 = 13, ONNX_BFLOAT16 = 16
};

struct text {
	const char *s;		/* n bytes; NUL-ended where we made it */
	size_t n;
};

/* Bytes of one element; sizeof(struct text) for text, 0 if unknown. */
size_t onnx_elem_size(enum onnx_elem e);
const char *onnx_elem_name(enum onnx_elem e);	/* "float", "int64" ... */

/* Dense values in row-major order; float16 and bfloat16 are read as float. */
struct onnx_tensor {
	const char *name;
	enum onnx_elem elem;
	int rank;
	int64_t dim[ONNX_RANK_MAX];
	size_t n;		/* product of dim */
	void *data;		/* n elements */
};

enum onnx_attr_type {
	ONNX_ATTR_FLOAT = 1, ONNX_ATTR_INT = 2, ONNX_ATTR_TEXT = 3,
	ONNX_ATTR_TENSOR = 4, ONNX_ATTR_GRAPH = 5, ONNX_ATTR_FLOATS = 6,
	ONNX_ATTR_INTS = 7, ONNX_ATTR_TEXTS = 8
};

struct onnx_attr {
	const char *name;
	enum onnx_attr_type type;
	float f;
	int64_t i;
	struct text s;		/* of a graph the bytes, as they came */
	struct onnx_tensor *t;
	size_t n;		/* of the list that follows */
	const float *floats;
	const int64_t *ints;
	const struct text *texts;
	const char *ref;	/* in functions: the caller's attribute; or
				 * NULL */
};

struct onnx_opset {
	const char *domain;
	int64_t version;
};

struct onnx_node {
	const char *name, *op, *domain;		/* domain "" is ai.onnx */
	const char *overload;			/* of a function called; "" */
	const char **in, **out;			/* "" is an absent optional */
	size_t n_in, n_out;
	struct onnx_attr *attr;
	size_t n_attrs;
	/* of a node that came out of a function; NULL: the model's */
	const struct onnx_opset *opset;
	size_t n_opsets;
	const struct onnx_scope *scope;	/* and names in graphs inside it */
	size_t room_in, room_out, room_attr;	/* private */
};

/* A graph input or output.  ZipMap gives sequences of maps. */
struct onnx_value {
	const char *name;
	enum onnx_elem elem;
	bool sequence;
	int rank;		/* -1: not said */
	int64_t dim[ONNX_RANK_MAX];	/* -1: any */
};

struct onnx_meta {
	const char *key;
	struct text value;
};

struct onnx_model {
	int64_t ir_version;
	const char *producer, *producer_version, *graph_name;
	struct onnx_opset *opset;
	struct onnx_node *node;
	struct onnx_tensor *initializer;
	struct onnx_value *input, *output;
	struct onnx_meta *meta;
	size_t n_opsets, n_nodes, n_initializers, n_inputs, n_outputs, n_metas;
	struct onnx_function *function;	/* that graphs inside nodes may call */
	size_t n_functions;
	size_t room[7];		/* private */
};

/* ERR_FORMAT: not an ONNX file; ERR_UNSUPPORTED names what we refuse. */
int onnx_read(struct onnx_model **out, struct arena *a, const void *bytes,
    size_t n, struct err *e);
/* A graph inside `node` of `outer`: it has their opsets and functions. */
int onnx_read_graph(struct onnx_model **out, struct arena *a,
    const struct onnx_model *outer, const struct onnx_node *node,
    const void *bytes, size_t n, struct err *e);
/* A file that holds one TensorProto, as the conformance tests have. */
int onnx_read_tensor(struct onnx_tensor *out, struct arena *a,
    const void *bytes, size_t n, struct err *e);
void onnx_write(struct buf *out, const struct onnx_model *m);
/* One more entry of metadata behind a model file, all of which stays. */
void onnx_append_meta(struct buf *file, const char *key, const char *value,
    size_t n);

const char *onnx_find_meta(const struct onnx_model *m, const char *key);
int64_t onnx_opset_of(const struct onnx_model *m, const char *domain);
int64_t onnx_node_opset(const struct onnx_model *m, const struct onnx_node *n);
const struct onnx_attr *onnx_find_attr(const struct onnx_node *n,
    const char *name);

#endif
