/*
 * table/write.h - rows of a table as CSV or JSON Lines, in one form only.
 *
 * CSV: RFC 4180 with LF, a cell quoted only when it holds the delimiter,
 * a quote, CR, LF, leading or trailing space, or is text that would read as
 * missing; missing is empty.  Numbers are the shortest text that reads
 * back, floats of 32 bits as such, zero with its sign; booleans true and
 * false; date-times as RFC 3339.  JSON Lines: one object a line, missing null,
 * infinities the texts "Infinity" and "-Infinity", which read back as numbers.
 * A raw cell goes out as it came: in JSON as a number, true or false if it
 * is written as one and was not quoted, else as a string.
 */
#ifndef TABLE_WRITE_H
#define TABLE_WRITE_H

#include "base/buf.h"
#include "table/table.h"

struct table_write_opts {
	char delimiter;			/* 0: ',' */
};

/* The header line: names of several tables side by side. */
void table_write_header(struct buf *out, const struct column *const *col,
    size_t n, const struct table_write_opts *o);
/* Rows [from, to) of the columns given, which may be of several tables. */
void table_write_csv(struct buf *out, const struct column *const *col,
    size_t n, size_t from, size_t to, const struct table_write_opts *o);
void table_write_jsonl(struct buf *out, const struct column *const *col,
    size_t n, size_t from, size_t to);

/* The same rows as one JSON object, a list of values a column; no newline. */
void table_write_lists(struct buf *out, const struct column *const *col,
    size_t n, size_t from, size_t to);

/* A cell of numbers, dates or booleans; nothing where it is missing. */
void csv_write_value(struct buf *out, const struct column *c, size_t row);
/* One CSV cell of text, quoted; quoted as needed. */
void csv_quote(struct buf *out, const char *s, size_t n);
void csv_write_cell(struct buf *out, const char *s, size_t n, char delimiter);
/* One cell as JSON. */
void json_write_cell(struct buf *out, const struct column *c, size_t row);

#endif
