/*
 * engine/ops/number.h - numbers of any element type, for operators whose
 * tables have a column a type.  Private to lib/engine.
 */
#ifndef ENGINE_OPS_NUMBER_H
#define ENGINE_OPS_NUMBER_H

#include "engine/step.h"

enum number { N_F32, N_F64, N_I64, N_I32, N_I16, N_I8, N_U64, N_U32, N_U16,
	N_U8, N_TYPES };

/* X(C type, enum number, suffix), floating or whole; the suffixes name
 * kernels made by macros. */
#define NUMBERS_REAL(X) X(float, N_F32, f32) X(double, N_F64, f64)
#define NUMBERS_SIGNED(X) X(int64_t, N_I64, i64) X(int32_t, N_I32, i32) \
	X(int16_t, N_I16, i16) X(int8_t, N_I8, i8)
#define NUMBERS_UNSIGNED(X) X(uint64_t, N_U64, u64) X(uint32_t, N_U32, u32) \
	X(uint16_t, N_U16, u16) X(uint8_t, N_U8, u8)
#define NUMBERS_WHOLE(X) NUMBERS_SIGNED(X) NUMBERS_UNSIGNED(X)
#define NUMBERS(X) NUMBERS_REAL(X) NUMBERS_WHOLE(X)

/* The column of a type, or -1: text and truth values are no numbers. */
static inline int
number_type(enum onnx_elem e)
{
	switch (e) {
	case ONNX_FLOAT:
		return N_F32;
	case ONNX_DOUBLE:
		return N_F64;
	case ONNX_INT64:
		return N_I64;
	case ONNX_INT32:
		return N_I32;
	case ONNX_INT16:
		return N_I16;
	case ONNX_INT8:
		return N_I8;
	case ONNX_UINT64:
		return N_U64;
	case ONNX_UINT32:
		return N_U32;
	case ONNX_UINT16:
		return N_U16;
	case ONNX_UINT8:
		return N_U8;
	default:
		return -1;
	}
}

static inline bool
number_is_real(enum onnx_elem e)
{
	return e == ONNX_FLOAT || e == ONNX_DOUBLE;
}

/* Value i of a tensor of numbers or truth values. */
static inline double
number_at(const struct tensor *t, size_t i)
{
	switch (number_type(t->elem)) {
#define CASE(T, N, suffix) case N: return (double)((const T *)t->data)[i];
	NUMBERS(CASE)
#undef CASE
	default:
		return (double)((const uint8_t *)t->data)[i];
	}
}

/* The same of a whole number, without a detour: what exceeds int64 wraps. */
static inline int64_t
number_whole_at(const struct tensor *t, size_t i)
{
	switch (number_type(t->elem)) {
#define CASE(T, N, suffix) case N: return (int64_t)((const T *)t->data)[i];
	NUMBERS_WHOLE(CASE)
#undef CASE
	default:
		return (int64_t)((const uint8_t *)t->data)[i];
	}
}

/* Towards zero; what does not fit is the nearest that does, NaN is 0. */
static inline int64_t
number_to_whole(double d)
{
	if (d != d)
		return 0;
	if (d >= 9223372036854775807.0)
		return INT64_MAX;
	if (d <= -9223372036854775808.0)
		return INT64_MIN;
	return (int64_t)d;
}

#endif
