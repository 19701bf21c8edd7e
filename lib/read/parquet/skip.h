/*
 * read/parquet/skip.h - row groups that a condition makes needless.  Private
 * to lib/read.
 */
#ifndef READ_PARQUET_SKIP_H
#define READ_PARQUET_SKIP_H

#include "parquet/parquet.h"
#include "read/options.h"

/* By its statistics, could o->where hold in a row of it? */
bool group_matters(const struct parquet_file *f, size_t group,
    const struct table_read_opts *o);

#endif
