/*
 * read/records.h - the rows of a file as the bytes they are, for whoever
 * passes them on unchanged (splits, quarantine).
 */
#ifndef READ_RECORDS_H
#define READ_RECORDS_H

#include "base/buf.h"
#include "read/options.h"

struct records;

/* `bytes` stay where they are until records_close. */
int records_open(struct records **l, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);
void records_close(struct records *l);
/* The header line(s) with BOM and line end as they stand; n 0: none. */
const char *records_header(const struct records *l, size_t *n);
/* "\n", "\r\n" or "\r": what ends a line here. */
const char *records_line_end(const struct records *l);

/* The next row that is not blank, with its line end where it has one:
 * 1, 0 at the end, -1 (ERR_FORMAT with the line). */
int records_next(struct records *l, const char **s, size_t *n,
    struct err *e);
/* Number of the row given last, from 1, and of its line. */
uint64_t records_row(const struct records *l);
uint64_t records_line(const struct records *l);

/* Append the text of columns `names` of the row given last to *out, a 0x1f
 * between them; nothing for a missing one.  ERR_NOENT: no such column. */
int records_key(struct records *l, struct buf *out,
    const char *const *names, size_t n, struct err *e);

/* Is every row of the bytes whole: as many cells as there are columns, or
 * one JSON object?  ERR_FORMAT lists the first that are not. */
int records_check(const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);

#endif
