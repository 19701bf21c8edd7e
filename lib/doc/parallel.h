/*
 * doc/parallel.h - things with many numbers, as lines across parallel axes:
 * each axis is one number or word, each line one thing.
 */
#ifndef DOC_PARALLEL_H
#define DOC_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define PARALLEL_AXES 12
#define PARALLEL_SHADES 4

struct parallel_axis {
	const char *name;
	/* words along it, from below, and where each is, in [0, 1] */
	const char *const *label;
	const double *at;
	size_t n_labels;
};

struct parallel {
	const char *title;		/* also what a screen reader says */
	const struct parallel_axis *axis;	/* at most PARALLEL_AXES */
	size_t n_axes;
	/* (n_lines, n_axes) in [0, 1]; NaN: the line has a gap there */
	const double *at;
	const char *const *name;	/* (n_lines), said where one points */
	const int *shade;		/* (n_lines) colours, below
					 * PARALLEL_SHADES; the last are drawn
					 * on top */
	size_t n_lines;
};

/* Appends one <svg> element; `id` makes its inner names unique. */
void parallel_svg(struct buf *out, const struct parallel *p, int id);

#endif
