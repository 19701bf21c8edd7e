/*
 * read/typed.h - the rows of a table whose cells have types already, some
 * thousands at a time: of Parquet, of Delta Lake.
 *
 * A column's type may change from one group of rows to the next: integers
 * become floats where one does not fit.
 */
#ifndef READ_TYPED_H
#define READ_TYPED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/source.h"
#include "read/options.h"
#include "table/table.h"

struct typed_rows {
	const char *const *names;	/* (cols) */
	size_t cols;
	uint64_t most;			/* rows; UINT64_MAX: not known */
	/* Columns whose type will not change; none where nothing is known. */
	const struct table_type *types;	/* (n_types) */
	size_t n_types;
	/* private: how it is done */
	const struct typed_calls {
		void (*want)(void *ctx, const bool *wanted);
		int (*next)(void *ctx, struct table **t, struct err *e);
		void (*close)(void *ctx);
	} *calls;
	void *ctx;
};

/* Only columns i with wanted[i] (cols) are filled from now on; the others come
 * without storage. */
void typed_rows_want(struct typed_rows *r, const bool *wanted);
/* 1 with the next group of rows, all columns in their order, good until the
 * next call; 0 at the end; -1. */
int typed_rows_next(struct table **t, struct typed_rows *r, struct err *e);
/* Of one that is all zero: nothing. */
void typed_rows_close(struct typed_rows *r);

/* As CSV: text in quotes, so that "12" stays text where it is carried
 * through; missing cells empty. */
void typed_put_header(struct buf *out, const struct typed_rows *r);
void typed_put_rows(struct buf *out, const struct table *t, size_t from,
    size_t to);
/* All that CSV; takes the rows over. */
struct source typed_source(struct typed_rows *r, const char *name);

#endif
