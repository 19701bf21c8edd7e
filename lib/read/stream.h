/*
 * read/stream.h - rows in blocks, in constant memory, with types given.
 *
 * For scoring and checking: whoever reads says which columns it wants and
 * as what; other columns are skipped.  Wanted columns that the input does
 * not have are an error that names them.  CSV (header line first, or
 * `columns`) and JSON Lines, told apart as in read/whole.h.
 *
 *	struct table_want want[] = { { "tenure", COL_FLOAT64, false } };
 *	struct table_reader_opts o = { .want = want, .n_want = 1 };
 *	struct table *block;
 *	int r;
 *
 *	if (table_reader_open(&rd, &src, &o, e))
 *		return -1;
 *	while ((r = table_reader_next(&block, rd, e)) > 0)
 *		...				block->rows rows
 *	table_reader_free(rd);
 *
 * Blocks are one struct table, reused: it holds want[0..n_want) in that
 * order, then the kept columns as COL_RAW.  It is good until the next call.
 * Its `valid` may be there with every bit set.  The dict of a category
 * column goes on from block to block and is begun anew, with a new
 * dict_generation, when it has grown beyond COLUMN_DICT_MAX entries.
 */
#ifndef READ_STREAM_H
#define READ_STREAM_H

#include "base/hash.h"
#include "base/source.h"
#include "read/options.h"
#include "read/want.h"
#include "table/table.h"

#define TABLE_BLOCK_ROWS 4096
#define TABLE_BLOCK_CELLS ((size_t)1 << 20)	/* of many columns: fewer rows */

/* How far a reading has come: whole rows, and the bytes (unpacked, in UTF-8)
 * that they and all before them are. */
struct table_mark {
	uint64_t bytes, rows, lines;
	uint8_t digest[SHA256_BYTES];	/* of those bytes */
};

struct table_reader_opts {
	struct table_read_opts read;	/* format, delimiter, header, columns,
					 * na, name; of types the forms; the
					 * rest is not used */
	const struct table_want *want;	/* copied */
	size_t n_want;
	const char *const *keep;	/* carried through as COL_RAW */
	size_t n_keep;
	bool keep_all;			/* every input column (JSON Lines: the
					 * members of the first row) */
	bool lax;			/* for checks: a JSON list or object is
					 * its text (else an error in wanted
					 * columns), other members are noted */
	bool forgive;			/* a cell that cannot be read as its
					 * wanted type is missing, counted */
	bool by_place;			/* the i-th input column that is not
					 * kept by name is want[i], whatever
					 * it is called (matrix models); as
					 * many as wanted, or ERR_NOENT */
	size_t block_rows;		/* 0: TABLE_BLOCK_ROWS; fewer where
					 * there are many columns */
	bool eager;			/* for streams: give the rows that have
					 * come rather than wait for a full
					 * block */
	bool marks;			/* table_reader_mark is asked for */
	const struct table_mark *after;	/* begin there; ERR_MOVED when the
					 * input does not begin with its bytes;
					 * with `marks` */
};

struct table_reader;

/* Reads the header.  `src` is borrowed until free. */
int table_reader_open(struct table_reader **r, struct source *src,
    const struct table_reader_opts *o, struct err *e);
/* 1 with a block of one row or more, 0 at the end, -1.  Errors carry the
 * line: "x.csv: line 7: column 'tenure': 'abc' is not a number".  Rows
 * before the bad one are given first; then the error, for good. */
int table_reader_next(struct table **block, struct table_reader *r,
    struct err *e);
void table_reader_free(struct table_reader *r);

/* All column names of the input, in its order (JSON Lines: known after the
 * first block, of its first row). */
const char *const *table_reader_names(const struct table_reader *r, size_t *n);
/* Cells that were forgiven so far. */
uint64_t table_reader_forgiven(const struct table_reader *r);
enum table_format table_reader_format(const struct table_reader *r);
/* Does the input have the column want[i]?  JSON Lines: has any row so far,
 * even a null? */
bool table_reader_has(const struct table_reader *r, size_t i);
/* JSON Lines, lax: names of members that went nowhere so far, the first
 * thousand; NULL beyond the last. */
const char *table_reader_other(const struct table_reader *r, size_t i);
/* Number of the current block's first row, from 1, and the line on which
 * each of its rows starts (blank lines and quoted newlines counted). */
uint64_t table_reader_first_row(const struct table_reader *r);
uint64_t table_reader_line(const struct table_reader *r, size_t row);
/* The end of the current block. */
void table_reader_mark(struct table_mark *m, const struct table_reader *r);

#endif
