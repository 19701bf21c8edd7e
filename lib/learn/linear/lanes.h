/*
 * learn/linear/lanes.h - loops over the rows of a block.  Private to
 * lib/learn/linear.
 *
 * Each is compiled for wide vectors too, which give the same bits: every sum
 * has the order that is written here.
 */
#ifndef LEARN_LINEAR_LANES_H
#define LEARN_LINEAR_LANES_H

#include "learn/linear/block.h"

/* s[i] += x[i] w */
void lanes_add(double s[LINEAR_BLOCK], const float x[LINEAR_BLOCK], double w);
/* to[i] = by[i] x[i] */
void lanes_scale(double to[LINEAR_BLOCK], const double by[LINEAR_BLOCK],
    const float x[LINEAR_BLOCK]);
/* The sum of r[i] x[i]: those of rows i, i + 8, ... apart, then added from the
 * first to the last. */
double lanes_dot(const double r[LINEAR_BLOCK], const float x[LINEAR_BLOCK]);

#endif
