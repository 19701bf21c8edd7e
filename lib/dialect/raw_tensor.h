/*
 * dialect/raw_tensor.h - tensors as bytes, as the binary extension of the
 * Open Inference Protocol sends them: little-endian, in row-major order, a
 * BOOL one byte, a text its length in four bytes and then its UTF-8.
 */
#ifndef DIALECT_RAW_TENSOR_H
#define DIALECT_RAW_TENSOR_H

#include "base/buf.h"
#include "base/err.h"
#include "onnx/onnx.h"
#include "table/column.h"

/* The protocol's datatypes, in the order of raw_type_word. */
enum raw_type {
	RAW_BOOL, RAW_INT8, RAW_INT16, RAW_INT32, RAW_INT64, RAW_UINT8,
	RAW_UINT16, RAW_UINT32, RAW_UINT64, RAW_FP16, RAW_BF16, RAW_FP32,
	RAW_FP64, RAW_BYTES, RAW_TYPES
};

const char *raw_type_word(enum raw_type t);	/* "FP32" */
/* Bytes of an element; 0: each says. */
size_t raw_type_size(enum raw_type t);
enum raw_type raw_type_of(enum onnx_elem elem);

/* Fill `width` columns beside each other with the `rows` rows that n bytes
 * hold, no more and no less.  ERR_FORMAT. */
int raw_tensor_read(struct column *col, size_t width, size_t rows,
    enum raw_type t, const char *s, size_t n, struct err *e);
/* Append those columns' rows.  A missing text is the empty one. */
void raw_tensor_write(struct buf *out, const struct column *col,
    size_t width, size_t rows, enum raw_type t);

#endif
