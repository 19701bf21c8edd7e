/*
 * Matrix products: one fused-multiply-add chain a cell, the same bits from every kernel.
 */
#include "math/dense.h"

#include <math.h>
#include <string.h>

/* The same loop twice: the compiler turns the inner one into vector
 * instructions where the CPU has fused ones, and into calls of fma
 * elsewhere.  Both round every step once. */
#define ROWS(name, T, FMA) \
static void \
name(T *c, const T *a, const T *b, const T *bias, size_t m, size_t k, \
    size_t n) \
{ \
	for (size_t i = 0; i < m; i++, a += k, c += n) { \
		memset(c, 0, n * sizeof(*c)); \
		for (size_t p = 0; p < k; p++) { \
			const T *row = b + p * n; \
			T x = a[p]; \
			for (size_t j = 0; j < n; j++) \
				c[j] = FMA(x, row[j], c[j]); \
		} \
		for (size_t j = 0; bias && j < n; j++) \
			c[j] += bias[j]; \
	} \
}

/* One column: eight rows at a time keep eight chains busy. */
#define COLUMN(name, T, FMA) \
static void \
name(T *c, const T *a, const T *b, const T *bias, size_t m, size_t k) \
{ \
	size_t i = 0; \
	for (; i + 8 <= m; i += 8, a += 8 * k) { \
		T acc[8] = { 0 }; \
		for (size_t p = 0; p < k; p++) \
			for (size_t q = 0; q < 8; q++) \
				acc[q] = FMA(a[q * k + p], b[p], acc[q]); \
		for (size_t q = 0; q < 8; q++) \
			c[i + q] = bias ? acc[q] + bias[0] : acc[q]; \
	} \
	for (; i < m; i++, a += k) { \
		T acc = 0; \
		for (size_t p = 0; p < k; p++) \
			acc = FMA(a[p], b[p], acc); \
		c[i] = bias ? acc + bias[0] : acc; \
	} \
}

ROWS(rows_f32_plain, float, fmaf)
ROWS(rows_f64_plain, double, fma)
COLUMN(column_f32_plain, float, fmaf)
COLUMN(column_f64_plain, double, fma)

#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
ROWS(rows_f32_fused, float, __builtin_fmaf)
ROWS(rows_f64_fused, double, __builtin_fma)
COLUMN(column_f32_fused, float, __builtin_fmaf)
COLUMN(column_f64_fused, double, __builtin_fma)
#pragma GCC pop_options
#define FUSED() __builtin_cpu_supports("fma")
#else
#define rows_f32_fused rows_f32_plain
#define rows_f64_fused rows_f64_plain
#define column_f32_fused column_f32_plain
#define column_f64_fused column_f64_plain
#define FUSED() 0
#endif

void
dense_f32(float *c, const float *a, const float *b, const float *bias,
    size_t m, size_t k, size_t n)
{
	if (n == 1)
		(FUSED() ? column_f32_fused : column_f32_plain)(c, a, b, bias,
		    m, k);
	else
		(FUSED() ? rows_f32_fused : rows_f32_plain)(c, a, b, bias, m,
		    k, n);
}

void
dense_f64(double *c, const double *a, const double *b, const double *bias,
    size_t m, size_t k, size_t n)
{
	if (n == 1)
		(FUSED() ? column_f64_fused : column_f64_plain)(c, a, b, bias,
		    m, k);
	else
		(FUSED() ? rows_f64_fused : rows_f64_plain)(c, a, b, bias, m,
		    k, n);
}
