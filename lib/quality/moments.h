/*
 * quality/moments.h - the rows of a table in the order of a column of times.
 */
#ifndef QUALITY_MOMENTS_H
#define QUALITY_MOMENTS_H

#include "table/table.h"

struct moment {
	double at;
	size_t row;
};

/* All rows by time, those of one moment by place; the caller's to free.  An
 * error where the column holds neither dates nor numbers, or misses some. */
int moments_of(struct moment **out, const struct column *c, size_t rows,
    struct err *e);

#endif
