/*
 * feature/feed.h - the rows of a view's source as joins and loads need them:
 * keys with their hashes, times, and the columns of the view.
 *
 * They are read ahead by a thread of its own, where there may be more than
 * one; and copied to a file on the way, from which they come again without
 * being parsed.
 *
 *	feed_open(&f, view, &source, &opts, e)
 *	while ((r = feed_next(&block, f, e)) > 0)
 *		...				block->rows rows
 *	feed_free(f);
 */
#ifndef FEATURE_FEED_H
#define FEATURE_FEED_H

#include "base/source.h"
#include "feature/spec.h"
#include "read/options.h"
#include "read/stream.h"

#define FEED_NO_TIME INT64_MIN

struct feed_cell {
	uint32_t at;			/* in the block's text */
	uint32_t n : 29;
	uint32_t present : 1, quoted : 1, json : 1;
};

struct feed_block {
	size_t rows, columns;
	uint64_t first;			/* place of its first row, from 1 */
	const char *text;
	struct feed_cell *key;		/* n 0: the row has none */
	uint64_t *hash;			/* hash64 of its text */
	int64_t *time;			/* FEED_NO_TIME: it has none, or no
					 * created where that is asked for */
	int64_t *created;		/* the time where the view has none */
	struct feed_cell *cell;		/* (rows, columns) */
	struct table_mark end;		/* where marks are asked for */
};

static inline struct raw_cell
feed_cell(const struct feed_block *b, size_t row, size_t column)
{
	const struct feed_cell *c = &b->cell[row * b->columns + column];

	return (struct raw_cell){ c->present ? b->text + c->at : NULL, c->n,
	    c->quoted, c->json };
}

struct feed;

struct feed_opts {
	const struct table_read_opts *read;
	int copy;			/* a descriptor that the rows are
					 * written to, or -1 */
	bool eager;			/* of a pipe: give what has come */
	bool marks;
	const struct table_mark *after;	/* see read/stream.h */
};
/* `from` is borrowed until free. */
int feed_open(struct feed **out, const struct feature_view *v,
    struct source *from, const struct feed_opts *o, struct err *e);
/* The rows that were written to `copy`, from its start. */
int feed_open_copy(struct feed **out, const struct feature_view *v, int copy,
    struct err *e);
/* 1 with a block that is good until the next call, 0 at the end, -1. */
int feed_next(const struct feed_block **block, struct feed *f, struct err *e);
void feed_free(struct feed *f);

#endif
