/*
 * doc/spark.h - small pictures in text, of Unicode block elements.
 */
#ifndef DOC_SPARK_H
#define DOC_SPARK_H

#include <stddef.h>

#include "base/buf.h"

/* One character a value (at most `width`: longer series are averaged),
 * scaled between their smallest and largest; NaN is a blank. */
void plot_spark(struct buf *out, const double *v, size_t n, size_t width);
/* The same for shares: from nothing to the largest, so that halves look
 * alike. */
void plot_shares(struct buf *out, const double *v, size_t n, size_t width);
/* A horizontal bar of share (0 to 1) of `width` characters. */
void plot_bar(struct buf *out, double share, size_t width);

#endif
