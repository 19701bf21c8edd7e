/*
 * read/whole.h - a whole table from bytes: CSV or JSON Lines, types found.
 *
 * Format: JSON Lines when the first byte that is not white space is '{',
 * else CSV (RFC 4180 with LF, CRLF or CR, an optional UTF-8 BOM, quoted
 * newlines, any of , ; TAB | between cells).  Spaces around a cell that is
 * not quoted do not count.  Empty lines are skipped.  A row with too many
 * or too few cells is refused; the message lists the first such lines.
 *
 * Column names come from the first line (CSV) or the members in order of
 * first appearance (JSON Lines).  With `columns` a first line that holds
 * just these names, in any order, is a header all the same.  A first line that holds a number or an
 * empty cell is no header: it is refused unless `header` or `columns` says
 * what it is.  Empty and duplicate names are refused by name.
 *
 * Missing: an empty cell, one of only spaces, JSON null or an absent member,
 * and the unquoted words NA N/A NaN nan null NULL None, and those in `na`.
 *
 * Types, by the values that are there:
 *	int64		decimal integers that fit 64 bits, none with leading
 *			zeros ("007" is text); larger ones make it float64
 *	float64		decimal numbers with '.', or inf
 *	boolean		true false, True False, TRUE FALSE (yes, no: category)
 *	datetime	RFC 3339 and "2026-01-02 03:04[:05]" (base/clock.h)
 *	text		strings, more than 20 distinct, and more than half as
 *			many distinct as there are values
 *	category	other strings
 *	A column without any value is float64.
 * One value that fits none of the first four makes the column strings, and
 * so does a mixture, except integers among floats.  Quoted numbers in CSV
 * are numbers; JSON strings stay strings unless every one of them is a date.
 *
 * The same bytes give the same table with any number of threads.
 */
#ifndef READ_WHOLE_H
#define READ_WHOLE_H

#include "base/arena.h"
#include "base/progress.h"
#include "codec/json.h"
#include "table/table.h"

enum table_format { TABLE_AUTO, TABLE_CSV, TABLE_JSONL };
enum table_header { TABLE_HEADER_AUTO, TABLE_HEADER_YES, TABLE_HEADER_NO };

/* A column's type said by the user. */
struct table_type {
	const char *name;
	enum col_type type;
};

/* All zero is a good default.  What it points to is borrowed. */
struct table_read_opts {
	enum table_format format;
	enum table_format likely;	/* what a schema says: where `format`
					 * is AUTO, and the first line is not
					 * plainly of the other */
	uint64_t skip;			/* lines before the data, passed over;
					 * blank ones count */
	char delimiter;			/* 0: detected */
	enum table_header header;	/* NO: column_1, column_2 ... */
	const char *const *columns;	/* names; no header line, unless it */
					/* holds them, or `header` is YES: */
					/* then instead of its names */
	size_t n_columns;
	const char *const *na;		/* further words for missing */
	size_t n_na;
	const struct table_type *types;	/* forced; a cell that does not fit */
	size_t n_types;			/* is an error with its line */
	const char *const *only;	/* read these alone, in file order */
	size_t n_only;
	int threads;			/* 0: pool_default_threads() */
	const char *name;		/* for messages; NULL: "input" */
	const struct progress *progress;
};

/* ERR_FORMAT with the line; ERR_TOOBIG beyond 65,536 columns or 2^32 rows.
 * An input without rows is a table of zero rows; without any byte it is
 * ERR_FORMAT.  opts may be NULL. */
int table_read(struct table **out, const char *bytes, size_t n,
    const struct table_read_opts *opts, struct err *e);

/*
 * How to read, as JSON, for a manifest or a schema: {"format":"csv",
 * "delimiter":";", "header":false, "columns":[..], "na":["?"],
 * "types":{"zip":"category"}}; members at their default are left out, so a
 * plain CSV is {}.  From JSON: what it points to lives in the arena;
 * unknown members are refused by name.
 */
struct json *table_opts_json(struct arena *a, const struct table_read_opts *o);
int table_opts_from_json(struct table_read_opts *o, struct arena *a,
    const struct json *j, struct err *e);

#endif
