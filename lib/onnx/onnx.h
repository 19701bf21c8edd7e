/*
 * onnx/onnx.h - an ONNX file as C structs: read, built, written.
 *
 * Everything lives in an arena.  Reading checks every length and count
 * before it is used, refuses external data, sparse tensors and model
 * functions, keeps graphs inside nodes as bytes, and copies numbers into
 * native arrays.  Writing gives the same bytes for the same calls.  Field
 * numbers: onnx.proto, IR 8.
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
};

struct onnx_node {
	const char *name, *op, *domain;		/* domain "" is ai.onnx */
	const char **in, **out;			/* "" is an absent optional */
	size_t n_in, n_out;
	struct onnx_attr *attr;
	size_t n_attrs;
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

struct onnx_opset {
	const char *domain;
	int64_t version;
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
	size_t room[6];		/* private */
};

/* ERR_FORMAT: not an ONNX file; ERR_UNSUPPORTED names what we refuse. */
int onnx_read(struct onnx_model **out, struct arena *a, const void *bytes,
    size_t n, struct err *e);
/* A graph inside a node of `outer`, which gives it its opsets. */
int onnx_read_graph(struct onnx_model **out, struct arena *a,
    const struct onnx_model *outer, const void *bytes, size_t n,
    struct err *e);
/* A file that holds one TensorProto, as the conformance tests have. */
int onnx_read_tensor(struct onnx_tensor *out, struct arena *a,
    const void *bytes, size_t n, struct err *e);
void onnx_write(struct buf *out, const struct onnx_model *m);

const char *onnx_find_meta(const struct onnx_model *m, const char *key);
int64_t onnx_opset_of(const struct onnx_model *m, const char *domain);
const struct onnx_attr *onnx_find_attr(const struct onnx_node *n,
    const char *name);

/* Building.  Names and numbers are copied into the arena. */
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
