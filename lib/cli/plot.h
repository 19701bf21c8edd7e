/*
 * cli/plot.h - small pictures for a terminal, in Unicode block elements.
 */
#ifndef CLI_PLOT_H
#define CLI_PLOT_H

#include <stddef.h>

#include "base/buf.h"

/* One character a value (at most `width`: longer series are averaged),
 * scaled between their smallest and largest; NaN is a blank. */
void plot_spark(struct buf *out, const double *v, size_t n, size_t width);
/* A horizontal bar of share (0 to 1) of `width` characters. */
void plot_bar(struct buf *out, double share, size_t width);

#endif
