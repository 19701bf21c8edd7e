/*
 * read/parquet/rows.h - the rows of a Parquet file, row group by row group.
 * Private to lib/read.
 */
#ifndef READ_PARQUET_ROWS_H
#define READ_PARQUET_ROWS_H

#include "read/options.h"
#include "read/typed.h"

/* The bytes stay where they are until typed_rows_close, and what `o` points
 * to does, too. */
int parquet_rows_open(struct typed_rows *r, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);

#endif
