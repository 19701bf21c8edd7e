/*
 * learn/frame.h - a table made ready for a learner: what is learned, from
 * which columns, and as what they enter the model's graph.
 *
 * A number enters as float32, so the learner sees the float32 too; a
 * boolean as 0 or 1; a category as its text, its levels sorted.  Columns a
 * learner cannot use are refused by name, with the flag that settles it:
 * free text, date-times, keys (whole numbers beyond 2^24, of which
 * FRAME_KEY_SHARE of all rows have one of their own), categories of more
 * levels than FRAME_LEVELS_MAX, a column called as an output of the model
 * is.  Other whole numbers beyond 2^24 are rounded, and told.  Nothing is
 * dropped in silence.
 */
#ifndef LEARN_FRAME_H
#define LEARN_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/task.h"
#include "table/table.h"

#define FRAME_LEVELS_MAX 1024
#define FRAME_KEY_SHARE 0.95
#define FRAME_ROUNDED_TOLD 4
#define LEVEL_MISSING UINT32_MAX

struct feature {
	const char *name;
	enum col_type read_as;		/* COL_FLOAT64, COL_BOOL, COL_CATEGORY */
	bool category;
	const float *number;		/* (rows), NaN missing; or NULL */
	bool mapped;			/* ... in a mapping */
	const uint32_t *level;		/* (rows), LEVEL_MISSING; or NULL */
	const char *const *levels;	/* sorted by bytes */
	size_t n_levels;
};

struct frame {
	struct arena arena;
	size_t rows;
	struct feature *feature;
	size_t n_features;
	const char *target;
	enum task task;
	const char *const *classes;	/* sorted, numbers by value and names by
					 * bytes; of two the last is positive
					 * unless asked otherwise */
	bool numeric_classes;
	size_t n_classes, positive;
	const uint32_t *y_class;	/* (rows) */
	const double *y;		/* (rows), regression */
	const double *weight;		/* (rows), or NULL */
	/* columns of whole numbers that float32 rounds, the first of them by
	 * name */
	const char *rounded[FRAME_ROUNDED_TOLD];
	size_t n_rounded;
};

struct frame_opts {
	const char *target;		/* needed */
	enum task task;
	const char *positive;		/* class name, or NULL */
	const char *weight;		/* column, or NULL */
	const char *const *drop;
	size_t n_drop;
	const char *const *categorical;	/* take as categories */
	size_t n_categorical;
	const char *const *numeric;	/* take keys as numbers */
	size_t n_numeric;
	bool mapped;			/* float32 columns lie in a mapping
					 * (base/mapping.h), and are borrowed */
};

/* Nothing of the table is needed afterwards, but what is borrowed. */
int frame_init(struct frame *f, const struct table *t,
    const struct frame_opts *o, struct err *e);
/* Other rows for the same model: levels and classes are those of `like`,
 * levels it does not have are missing, rows of a class it does not have weigh
 * nothing (ERR_FORMAT when all are such). */
int frame_init_like(struct frame *f, const struct frame *like,
    const struct table *t, struct err *e);
void frame_release(struct frame *f);
/* The numbers of rows [from, to) have been read, of all features or of
 * feature k: if they are mapped they take no memory until they are read
 * again. */
void frame_let_go(const struct frame *f, size_t from, size_t to);
void frame_let_go_of(const struct frame *f, size_t k, size_t from, size_t to);

#endif
