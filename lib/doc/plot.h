/*
 * doc/plot.h - the few plots a report needs, as SVG.
 *
 * A plot is data plus words; its size, ticks and colours follow from them
 * by fixed rules, so equal data gives equal bytes.  Values that are not
 * finite are left out.
 */
#ifndef DOC_PLOT_H
#define DOC_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum plot_kind {
	PLOT_LINES,		/* x and y points of each series, joined; an x
				 * that is not finite parts one line from the
				 * next */
	PLOT_POINTS,		/* the same, as dots */
	PLOT_BARS,		/* one bar a label, series side by side */
	PLOT_RANGES		/* a dot a label, with its interval */
};

struct plot_series {
	const char *name;	/* in the legend; NULL: none */
	const double *x;	/* unused by PLOT_BARS, PLOT_RANGES */
	const double *y;
	size_t n;
	/* PLOT_BARS, PLOT_RANGES: the intervals, or NULL */
	const double *low, *high;
	bool area;		/* PLOT_LINES: fill down to zero, as steps */
};

struct plot {
	enum plot_kind kind;
	const char *title;	/* also what a screen reader says */
	const char *x_label, *y_label;
	const struct plot_series *series;	/* at most 4 */
	size_t n_series;
	const char *const *labels;	/* PLOT_BARS, PLOT_RANGES: one each */
	bool diagonal;		/* draw y = x, for ROC and reliability */
	bool unit_square;	/* both axes from 0 to 1 */
	bool from_zero;		/* the y axis begins at 0 */
};

/* Appends one <svg> element; `id` makes its inner names unique. */
void plot_svg(struct buf *out, const struct plot *p, int id);

/* Tick positions: at most 6 round numbers (1, 2 or 5 times a power of ten)
 * within [low, high]; returns how many, *decimals for printing them. */
size_t plot_ticks(double out[8], int *decimals, double low, double high);

#endif
