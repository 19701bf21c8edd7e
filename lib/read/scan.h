/*
 * read/scan.h - a table in memory walked once: its rows in blocks, each with
 * the bytes that it was read from.
 *
 * Cells and blocks are those of read/stream.h, lax.  A broken row goes to who
 * wants them; else it ends the blocks, but not the walk: the rest is looked at
 * for the message, which lists the first few rows of the wrong length.
 *
 * A row of the wrong length is broken as a whole.  Where quotes are broken, or
 * never closed, nobody knows where it ends: its first line is, and what follows
 * is read as rows.
 */
#ifndef READ_SCAN_H
#define READ_SCAN_H

#include "read/records.h"
#include "read/stream.h"

struct scan;

/* Called in turn; -1 ends the scan with that error. */
struct scan_consumer {
	void *ctx;
	/* The header is known. */
	int (*begin)(void *ctx, const struct scan *s, struct err *e);
	/* One row or more; `t` is good until it returns. */
	int (*block)(void *ctx, const struct scan *s, const struct table *t,
	    struct err *e);
	/* One that is no row, and why; or NULL. */
	int (*broken)(void *ctx, const struct scan *s,
	    const struct record *rec, const char *why, struct err *e);
	/* Every row has been given. */
	int (*end)(void *ctx, const struct scan *s, struct err *e);
};

int scan_table(const char *bytes, size_t n, const struct table_read_opts *o,
    const struct table_want *want, size_t n_want,
    const struct scan_consumer *c, struct err *e);

enum table_format scan_format(const struct scan *s);
/* As table_reader_names, table_reader_has and table_reader_other. */
const char *const *scan_names(const struct scan *s, size_t *n);
bool scan_has(const struct scan *s, size_t i);
const char *scan_other(const struct scan *s, size_t i);
/* How CSV is written. */
const struct csv_form *scan_form(const struct scan *s);
/* How what is passed on is to be read: all that was found out is said. */
void scan_how(struct table_read_opts *o, const struct scan *s);
/* What stands before the first row, and what ends a line. */
const char *scan_header(const struct scan *s, size_t *n);
const char *scan_line_end(const struct scan *s);
/* The record that row `row` of the block was read from. */
const struct record *scan_record(const struct scan *s, size_t row);

#endif
