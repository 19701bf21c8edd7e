/*
 * read/scan.h - a table in memory walked once: its rows in blocks, each with
 * the bytes that it was read from.
 *
 * Blocks are read, and looked at, by several threads, and then given one after
 * the other in their order.  Cells and blocks are those of read/stream.h, lax;
 * of Parquet the cells have the types that they have in the file.
 *
 * A row of the wrong length is broken as a whole.  Where quotes are broken, or
 * never closed, nobody knows where it ends: its first line is broken, and what
 * follows is read as rows.  Who does not take broken rows gets no block behind
 * the first one, and ERR_FORMAT: the rest is looked at for the message, which
 * lists the first few rows of the wrong length.
 */
#ifndef READ_SCAN_H
#define READ_SCAN_H

#include "codec/csv.h"
#include "read/records.h"
#include "read/stream.h"

struct scan;

/* What is no row. */
struct scan_broken {
	struct record record;
	char why[120];
};

struct scan_block {
	size_t slot;			/* of scan_slots(): its place until it
					 * was given */
	const struct table *t;		/* the columns wanted */
	const struct record *record;	/* (t->rows) what it was read from; or
					 * NULL: it was no text */
	uint64_t first_row;		/* number of its first row, where there
					 * are no records */
	const struct table *all;	/* ... all columns, if they are kept */
	const struct scan_broken *broken;	/* between those, by row */
	size_t n_broken;
};

/* The number of a row, from 1. */
static inline uint64_t
scan_row_number(const struct scan_block *b, size_t row)
{
	return b->record != NULL ? b->record[row].row : b->first_row + row;
}

/* -1 ends the scan with that error. */
struct scan_consumer {
	void *ctx;
	bool takes_broken;
	bool takes_text;		/* rows are asked for as text */
	/* The header is known. */
	int (*begin)(void *ctx, const struct scan *s, struct err *e);
	/* By any thread, in any order; worker in [0, scan_workers()). */
	int (*look)(void *ctx, const struct scan *s,
	    const struct scan_block *b, int worker, struct err *e);
	/* In order. */
	int (*block)(void *ctx, const struct scan *s,
	    const struct scan_block *b, struct err *e);
	/* Every row has been given. */
	int (*end)(void *ctx, const struct scan *s, struct err *e);
};

int scan_table(const char *bytes, size_t n, const struct table_read_opts *o,
    const struct table_want *want, size_t n_want,
    const struct scan_consumer *c, struct err *e);
/* The same of rows that have types, which are borrowed.  Of `o` the threads
 * count: it names no words for missing. */
struct typed_rows;
int scan_typed(struct typed_rows *rows, const struct table_read_opts *o,
    const struct table_want *want, size_t n_want,
    const struct scan_consumer *c, struct err *e);

size_t scan_slots(const struct scan *s);
size_t scan_workers(const struct scan *s);
/* No more rows than that; UINT64_MAX: nobody has counted. */
uint64_t scan_most_rows(const struct scan *s);
/* The most rows of a block. */
size_t scan_block_rows(const struct scan *s);
enum table_format scan_format(const struct scan *s);
/* As table_reader_names, table_reader_has and table_reader_other. */
const char *const *scan_names(const struct scan *s, size_t *n);
bool scan_has(const struct scan *s, size_t i);
const char *scan_other(const struct scan *s, size_t i);
/* How CSV is written. */
const struct csv_form *scan_form(const struct scan *s);
/* How what is passed on is to be read: all that was found out is said, of types
 * only those that the rows have. */
void scan_how(struct table_read_opts *o, const struct scan *s);
/* What stands before the first row, and what ends a line. */
const char *scan_header(const struct scan *s, size_t *n);
/* Append a row of a block without records as a line of CSV (if takes_text). */
void scan_put_row(struct buf *out, const struct scan_block *b, size_t row);
const char *scan_line_end(const struct scan *s);

#endif
