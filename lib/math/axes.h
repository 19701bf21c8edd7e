/*
 * math/axes.h - the axes of a symmetric matrix by Jacobi's rotations: the same
 * bits everywhere, for matrices of some hundred rows at most.
 */
#ifndef MATH_AXES_H
#define MATH_AXES_H

#include <stddef.h>

/* m (d, d) becomes diagonal: its eigenvalues, in no order; column j of axis
 * (d, d) is the vector of m[j][j]. */
void symmetric_axes(double *m, double *axis, size_t d);

#endif
