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
 * just these names, in any order, is a header all the same.  A first line
 * that holds a number or an empty cell is no header: it is refused unless
 * `header` or `columns` says what it is.  Empty and duplicate names are
 * refused by name.
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

#include "read/options.h"
#include "table/table.h"

/* ERR_FORMAT with the line; ERR_TOOBIG beyond 65,536 columns or 2^32 rows.
 * An input without rows is a table of zero rows; without any byte it is
 * ERR_FORMAT.  opts may be NULL. */
int table_read(struct table **out, const char *bytes, size_t n,
    const struct table_read_opts *opts, struct err *e);

#endif
