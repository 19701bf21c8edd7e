/*
 * read/parquet/whole.h - a whole table from bytes that are Parquet.  Private
 * to lib/read; read/whole.h has the rules.
 */
#ifndef READ_PARQUET_WHOLE_H
#define READ_PARQUET_WHOLE_H

#include "read/options.h"
#include "table/table.h"

int table_read_parquet(struct table **out, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);

#endif
