/*
 * math/order.h - floats in order, by their bits: no comparison is made.
 *
 * None may be NaN; -0 comes before 0.
 */
#ifndef MATH_ORDER_H
#define MATH_ORDER_H

#include <stddef.h>

void sort_floats(float *v, size_t n);
/* What would be at place k < n were they sorted; v stays as it is. */
float kth_float(const float *v, size_t n, size_t k);

#endif
