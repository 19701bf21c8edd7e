/*
 * quality/folds.h - the rows of a table dealt out to the folds of a cross
 * validation, by content: the same rows and seed give the same folds, in
 * whatever order the rows stand and whatever is fitted to them.
 *
 *	plain		by the hash of a row's cells (quality/deal.h)
 *	stratified	the same within each value of a column
 *	grouped		rows with the same value of a column stay together
 *	time-ordered	as scikit-learn's TimeSeriesSplit: each fold is judged
 *			by what was learned from the rows before it
 */
#ifndef QUALITY_FOLDS_H
#define QUALITY_FOLDS_H

#include "table/table.h"

#define FOLDS_MAX 1000

struct folds_opts {
	int64_t folds;
	/* columns, of which one at most is given */
	const char *stratify, *by, *time;
	uint64_t seed;
};

struct folds {
	size_t n, rows;
	bool ordered;
	uint32_t *of_row;	/* n: learned from alone (time-ordered) */
};

/* ERR_FORMAT: too few rows or groups, a column that is no time, or that has
 * gaps. */
int folds_deal(struct folds *out, const struct table *t,
    const struct folds_opts *o, struct err *e);
void folds_release(struct folds *f);
/* The rows that fold `which` is judged by, or those it is learned from, into
 * row (f->rows); how many. */
size_t folds_judged(size_t *row, const struct folds *f, size_t which);
size_t folds_learned(size_t *row, const struct folds *f, size_t which);
/* "plain", "stratified", "grouped", "time-ordered" */
const char *folds_kind(const struct folds_opts *o);

#endif
