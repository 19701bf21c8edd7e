/*
 * onnx/internal.h - reading a file part by part.  Private to lib/onnx.
 */
#ifndef ONNX_INTERNAL_H
#define ONNX_INTERNAL_H

#include "codec/pb.h"
#include "onnx/onnx.h"

#define COUNT_MAX ((size_t)1 << 28)

/* What may be made of a file of n bytes: the numbers of a node may come as one
 * byte each, and its name as none. */
#define READ_BYTES_MAX(n) (((size_t)64 << 20) + 24 * (n))

struct reader {
	struct arena *a;
	struct err *e;
	size_t most;			/* bytes of the arena */
};

static inline const char *
name_of(struct reader *r, const struct pb_field *f)
{
	return arena_strndup(r->a, (const char *)f->s, f->n);
}

static inline int
refuse_broken(struct reader *r, const char *what)
{
	return err_set(r->e, ERR_FORMAT, "not a whole ONNX file: bad %s", what);
}

/* A TensorProto of n bytes. */
int read_tensor(struct reader *r, struct onnx_tensor *t, const uint8_t *s,
    size_t n);

#endif
