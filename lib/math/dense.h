/*
 * math/dense.h - products behind answers.
 *
 * Every cell is one chain of fused multiply-adds in k order, from zero; the
 * bias is added last.  So a row's answer does not depend on its neighbours,
 * on how many there are, or on the CPU: the vector path works across
 * columns, never along k, and gives the bits of the scalar one.
 */
#ifndef MATH_DENSE_H
#define MATH_DENSE_H

#include <stddef.h>

/* c (m, n) = a (m, k) b (k, n) + bias (n or NULL); all row-major. */
void dense_f32(float *c, const float *a, const float *b, const float *bias,
    size_t m, size_t k, size_t n);
void dense_f64(double *c, const double *a, const double *b,
    const double *bias, size_t m, size_t k, size_t n);

#endif
