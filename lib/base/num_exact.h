/*
 * base/num_exact.h - the quick half of base/num.h's printing.  Private to
 * lib/base.
 */
#ifndef BASE_NUM_EXACT_H
#define BASE_NUM_EXACT_H

#include <stdbool.h>
#include <stdint.h>

/* The shortest digits that read back as v > 0, without trailing zeros, and
 * where the point stands before them (0.00x: negative).  False: take the
 * slow way. */
bool num_shortest(uint64_t *digits, int *count, int *point, double v,
    bool single);

#endif
