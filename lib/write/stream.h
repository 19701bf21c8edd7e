/*
 * write/stream.h - CSV in another format, a block of rows at a time: what is
 * held does not grow with the rows.
 *
 * The text is read twice: for the types that its columns have, by the rules of
 * read/whole.h, then for the rows.  The file is the one that table_write makes
 * of the whole table.
 */
#ifndef WRITE_STREAM_H
#define WRITE_STREAM_H

#include "base/source.h"
#include "read/options.h"
#include "write/write.h"

struct text_again {
	/* The same text from its beginning; whoever asks closes it. */
	int (*open)(void *ctx, struct source *s, struct err *e);
	void *ctx;
};

/* 1: all of it is written; 0, nothing was: it is not CSV, or not all of it can
 * be read; -1. */
int table_write_stream(struct target *to, const struct text_again *text,
    const struct table_read_opts *how, const struct write_opts *o,
    struct err *e);

#endif
