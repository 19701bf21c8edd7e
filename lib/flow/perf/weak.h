/*
 * flow/perf/weak.h - segments that nobody named, in which a model is surely
 * worse: a value or a range of one column, or of two, of the labelled answers.
 *
 * Each is held against all other rows by its mean loss: how often the class
 * said was wrong, or how far off a number was.  One of fewer than `rows`
 * labelled rows is not looked at; what is told has a chance, corrected for all
 * that were looked at (Benjamini and Hochberg), of at most 0.05, and one of two
 * columns is also worse than the rest of either alone.
 */
#ifndef FLOW_PERF_WEAK_H
#define FLOW_PERF_WEAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "table/table.h"

#define WEAK_TOLD 20

struct weak_segment {
	const char *text;		/* 3.5 <= tenure < 8, place = town */
	uint64_t rows;
	double loss, rest;		/* of it, and of all other rows */
	double low, high;		/* the 95 % interval of its loss */
	double q;
};

struct weak_found {
	struct weak_segment segment[WEAK_TOLD];	/* the surest first */
	size_t n;
	uint64_t tried;
	struct arena arena;
};

/* loss[i] is of row i of the table; NAN: not labelled.  `shares`: each is 0 or
 * 1, so that their interval is Wilson's, else a mean's. */
int weak_find(struct weak_found *out, const struct table *t,
    const double *loss, bool shares, uint64_t rows, struct err *e);
void weak_release(struct weak_found *f);

#endif
