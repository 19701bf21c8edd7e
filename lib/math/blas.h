/*
 * math/blas.h - the only user of BLAS, for training alone.
 *
 * OpenBLAS on one thread.  Its rounding depends on the kernel it picks for
 * the CPU, so nothing that must be the same everywhere goes through here;
 * blas_kernel names the kernel for the record of a run.
 */
#ifndef MATH_BLAS_H
#define MATH_BLAS_H

#include <stddef.h>

/* h (p, p), lower triangle and diagonal, += a' a with a (n, p) row-major. */
void blas_gram(double *h, const double *a, size_t n, size_t p);
/* h (p, q) += a' b with a (n, p), b (n, q). */
void blas_cross(double *h, const double *a, const double *b, size_t n,
    size_t p, size_t q);
/* Solve h x = g for symmetric positive definite h (lower triangle, which is
 * destroyed); x replaces g.  -1 when h is not positive definite. */
int blas_solve(double *h, double *g, size_t p);
const char *blas_kernel(void);

#endif
