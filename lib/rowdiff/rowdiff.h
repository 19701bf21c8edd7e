/*
 * rowdiff/rowdiff.h - how two tables differ: columns added, dropped and
 * retyped, rows added, removed and changed.
 *
 * Columns pair by name.  Rows pair by the values of the key columns; without
 * a key they are a multiset: a row is equal to another or it is not.  Only
 * the columns of both sides count for that.  Of several rows with one key
 * equal ones pair first, the rest in their order.
 *
 * Two cells are equal when both are missing, or have the same text, or, in a
 * column that is numbers on both sides, the same value (1.50 and 1.5), or of
 * booleans (True and true).
 *
 * Each side is read once, by a thread of its own (JSON Lines twice: the
 * members' names come first).  Rows are dealt by hash to parts that are
 * matched one by one; what exceeds `memory` lies in nameless files in
 * `folder` meanwhile.  Neither that nor threads change an answer.
 */
#ifndef ROWDIFF_ROWDIFF_H
#define ROWDIFF_ROWDIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/source.h"
#include "read/options.h"

#define ROWDIFF_MEMORY_MIN ((uint64_t)1 << 20)

struct rowdiff;

/* A table that can be opened more than once. */
struct rowdiff_input {
	int (*open)(struct source *s, void *ctx, struct err *e);
	void *ctx;
	const struct table_read_opts *read;
};

struct rowdiff_opts {
	const char *const *key;		/* columns of both; none: a multiset */
	size_t n_key;
	uint64_t memory;		/* bytes that rows may take */
	const char *folder;		/* for what is more */
	int threads;			/* 0: pool_default_threads() */
};

enum rowdiff_column_state {
	COLUMN_SAME, COLUMN_ADDED, COLUMN_DROPPED, COLUMN_RETYPED
};

/* What of a column is on which side. */
struct rowdiff_column {
	const char *name;
	enum rowdiff_column_state state;
	/* "int64" "float64" "boolean" "datetime" "string"; NULL: no such
	 * column, or no value in it */
	const char *type_old, *type_new;
	uint64_t missing_old, missing_new;
	uint64_t changed;		/* cells, in rows that pair */
	/* Numbers on both sides: the means, NaN otherwise. */
	double mean_old, mean_new;
	/* How far the values moved.  Numbers: the difference of the means in
	 * standard deviations of the old side.  Others: half the sum of the
	 * differences between the values' shares, 0 to 1; values that share
	 * one of 4096 hashes count as one, and so do numbers among words.
	 * NaN: a side has no value, or no deviation. */
	double shift;
};

struct rowdiff_total {
	uint64_t rows_old, rows_new;
	uint64_t added, removed, changed;
	/* Rows whose key another row of their side has before them. */
	uint64_t repeated_old, repeated_new;
	bool columns_moved;		/* common columns in another order */
	bool rows_moved;		/* none added or removed, but some
					 * stand elsewhere */
};

enum rowdiff_what { ROW_ADDED, ROW_REMOVED, ROW_CHANGED };

struct rowdiff_cell {
	const char *s;			/* NULL: missing */
	size_t n;
};

/* One row that differs.  Cells are by place: old[i] of rowdiff_names(old). */
struct rowdiff_row {
	enum rowdiff_what what;
	uint64_t row_old, row_new;	/* from 1; 0: not on that side */
	const struct rowdiff_cell *old, *new;	/* or NULL */
};

/* ERR_NOENT: a key column that a side has not.  ERR_IO: no room on disk. */
int rowdiff_compare(struct rowdiff **out, const struct rowdiff_input *before,
    const struct rowdiff_input *after, const struct rowdiff_opts *o,
    struct err *e);
void rowdiff_free(struct rowdiff *d);

const struct rowdiff_total *rowdiff_total(const struct rowdiff *d);
/* Do they differ in anything but the order of rows and columns? */
bool rowdiff_differs(const struct rowdiff *d);
/* Columns in the order of the old side, then those added. */
const struct rowdiff_column *rowdiff_columns(const struct rowdiff *d,
    size_t *n);
/* Names of a side's columns: `side` 0 old, 1 new. */
const char *const *rowdiff_names(const struct rowdiff *d, int side, size_t *n);

/* The rows that differ, in order of their place (of the new side where they
 * have one), once.  fn returns 0 to go on; what it is given is borrowed. */
int rowdiff_each(struct rowdiff *d,
    int (*fn)(void *ctx, const struct rowdiff_row *r, struct err *e),
    void *ctx, struct err *e);
/* Is a cell of a changed row another value?  `new` is old's partner. */
bool rowdiff_cell_changed(const struct rowdiff *d, const struct rowdiff_row *r,
    size_t old, size_t new);
/* The place on the new side of an old column, or SIZE_MAX. */
size_t rowdiff_partner(const struct rowdiff *d, size_t old);

#endif
