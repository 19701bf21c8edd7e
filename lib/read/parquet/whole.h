/*
 * read/parquet/whole.h - a whole table, or its text, from bytes that are
 * Parquet.  Private to lib/read; read/whole.h has the rules.
 */
#ifndef READ_PARQUET_WHOLE_H
#define READ_PARQUET_WHOLE_H

#include "base/buf.h"
#include "read/options.h"
#include "table/table.h"

int table_read_parquet(struct table **out, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);

/*
 * The rows as CSV, row group by row group, for whoever takes rows as text: a
 * header, text in quotes, missing cells empty.
 */
struct parquet_rows;

/* `bytes` stay where they are until parquet_rows_close. */
int parquet_rows_open(struct parquet_rows **r, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);
/* Append the next row group to *out, the header before the first: 1, or 0
 * when there is none, -1. */
int parquet_rows_next(struct parquet_rows *r, struct buf *out, struct err *e);
void parquet_rows_close(struct parquet_rows *r);

#endif
