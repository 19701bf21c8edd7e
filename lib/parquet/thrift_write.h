/*
 * parquet/thrift_write.h - Thrift's compact protocol, written field by field.
 * Private to lib/parquet.
 */
#ifndef PARQUET_THRIFT_WRITE_H
#define PARQUET_THRIFT_WRITE_H

#include "base/buf.h"

#define THRIFT_NEST 16

struct thrift_out {
	struct buf *out;
	int16_t last[THRIFT_NEST];	/* field written last, a level */
	int depth;
};

/* Fields of a struct go by rising id, at most 15 apart. */
void thrift_put_i32(struct thrift_out *t, int16_t id, int32_t v);
void thrift_put_i64(struct thrift_out *t, int16_t id, int64_t v);
void thrift_put_bool(struct thrift_out *t, int16_t id, bool v);
void thrift_put_bytes(struct thrift_out *t, int16_t id, const void *s,
    size_t n);
/* A struct as field `id`, or as an element of a list (0); then its end. */
void thrift_begin(struct thrift_out *t, int16_t id);
void thrift_end(struct thrift_out *t);
/* A list of n elements follows: of structs (12), integers of 32 bits (5), or
 * bytes (8). */
void thrift_put_list(struct thrift_out *t, int16_t id, int type, size_t n);
/* An element of such a list. */
void thrift_add_int(struct thrift_out *t, int64_t v);
void thrift_add_bytes(struct thrift_out *t, const void *s, size_t n);

#endif
