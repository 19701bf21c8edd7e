/*
 * math/blas.h - the only user of BLAS, for training alone.
 *
 * OpenBLAS on one thread.  Its rounding depends on the kernel it picks for
 * the CPU, so nothing that must be the same everywhere goes through here;
 * blas_kernel names the kernel for the record of a run.
 *
 * It is loaded when a learner asks for it, not at start: it starts threads
 * of its own as it loads, which cost every verb two milliseconds and would
 * take the signals that `run` waits for.  They are made with every signal
 * blocked.
 */
#ifndef MATH_BLAS_H
#define MATH_BLAS_H

#include <stddef.h>

#include "base/err.h"

struct blas;

/* ERR_UNSUPPORTED when the library is not there. */
int blas_open(struct blas **out, struct err *e);
void blas_close(struct blas *b);

/* Solve h x = g for symmetric positive definite h (lower triangle, which is
 * destroyed); x replaces g.  -1 when h is not positive definite. */
int blas_solve(const struct blas *b, double *h, double *g, size_t p);
/* The same; -1, and g as it was, also when the condition number is not below
 * 1 / least. */
int blas_solve_well(const struct blas *b, double *h, double *g, size_t p,
    double least);
/* Eigenvalues of symmetric h, rising, and in h's rows their vectors of
 * length one.  h needs its lower triangle.  -1 when they are not found. */
int blas_eigen(const struct blas *b, double *h, double *value, size_t p);
const char *blas_kernel(const struct blas *b);

#endif
