/*
 * read/csv/internal.h - a whole CSV file while it is read, for the files of
 * this folder.
 */
#ifndef READ_CSV_INTERNAL_H
#define READ_CSV_INTERNAL_H

#include <stdatomic.h>

#include "base/pool.h"
#include "read/csv/plain.h"
#include "read/csv/usual.h"
#include "read/ragged.h"
#include "read/sniff.h"
#include "table/table.h"

#define BAD_LISTED (RAGGED_LISTED + 1)

enum trouble { BAD_CELLS = 1, BAD_QUOTE, BAD_TYPE };

struct bad_row {
	enum trouble what;
	const char *at;			/* where the record starts */
	size_t cells;
	size_t col;
	const char *s;
	size_t n;
};

struct csv_piece {
	const char *start, *end;
	uint64_t rows, row0;
	unsigned *kinds;		/* a column: seen when read */
	size_t *missing;
	struct intern **dict;
	struct bad_row bad[BAD_LISTED];
	size_t n_bad;
	struct buf scratch;
	/* while it is read: for its values, or for its shape */
	struct plain_cells *plain;
	struct usual_cells *usual;
};

enum action { SKIP, READ_INT, READ_FLOAT, READ_BOOL, READ_DATE, READ_TEXT,
    GUESS_NONE };

struct column_plan {
	enum action action;
	bool forced, wanted;
	enum cell_form form;
	unsigned kinds;
	enum col_type type;
};

struct csv_reading {
	struct sniffed in;
	const struct table_read_opts *o;
	struct na_words na;
	struct column_plan *plan;
	struct table *t;		/* one column for each in the file */
	struct csv_piece *piece;
	size_t pieces;
	char *tail;			/* the last line, given its end */
	struct pool *pool;
	_Atomic size_t done;
	size_t room;			/* rows that columns have */
};

/* Every kind of trouble at once: rows of the wrong length, and the first bad
 * cell of each column, the first few. */
int csv_tell_bad_rows(const struct csv_reading *j, struct err *e);

#endif
