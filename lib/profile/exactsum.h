/*
 * profile/exactsum.h - sums of doubles and of their squares without rounding.
 *
 * A sum is one long fixed-point number in limbs of 32 bits that stand in 64,
 * so that carries wait (Kulisch's accumulator).  Its unit is 2^-1074 for
 * sums and 2^-2148 for squares.  Adding is exact and so does not depend on
 * the order; rounding happens once, when it is read.
 */
#ifndef PROFILE_EXACTSUM_H
#define PROFILE_EXACTSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define EXACT_LIMBS 140

struct exact {
	int64_t limb[EXACT_LIMBS];
	uint32_t pending;		/* additions since carries were done */
};

#define EXACT_LANE ((size_t)4096)	/* values added at once, at most */

/* n finite values to *sum, and their squares to *squares. */
void exact_add(struct exact *sum, struct exact *squares, const double *v,
    size_t n);
/* One value that was added, taken away again. */
void exact_remove(struct exact *sum, struct exact *squares, double v);
void exact_merge(struct exact *to, const struct exact *from);

/* The sum, correctly rounded (of exact_add only); infinite when it is too
 * large for a double. */
double exact_value(const struct exact *x);
/* The sum, rounded, over n: finite, as a mean of finite values is. */
double exact_mean(const struct exact *x, uint64_t n);
/* Population standard deviation of n values: sqrt(n*squares - sum^2) / n,
 * rounded after the exact subtraction. */
double exact_std(const struct exact *sum, const struct exact *squares,
    uint64_t n);

/* The same over n - 1: of a sample; NaN below two values. */
double exact_std_sample(const struct exact *sum, const struct exact *squares,
    uint64_t n);
/* As text: "-1f3p-12" is -0x1f3 * 2^-12 units' worth of the sum's value,
 * the digits odd; "0" for zero.  `unit` is 1074 or 2148. */
void exact_print(struct buf *out, const struct exact *x, int unit);
bool exact_parse(struct exact *x, const char *s, size_t n, int unit);

#endif
