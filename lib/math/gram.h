/*
 * math/gram.h - the products of a block's columns with each other, for
 * training.
 *
 * Every cell adds up in one order: eight chains of fused multiply-adds, of
 * rows i, i + 8, ..., whose sums are added from the first to the last, and
 * then to what the cell held.  The vector paths are the scalar one's bits.
 */
#ifndef MATH_GRAM_H
#define MATH_GRAM_H

#include <stddef.h>

#define GRAM_LANES ((size_t)8)

/* h (p, p), lower triangle and diagonal, += a a' with a (p, n) row-major; n a
 * multiple of GRAM_LANES. */
void gram_f64(double *h, const double *a, size_t p, size_t n);

#endif
