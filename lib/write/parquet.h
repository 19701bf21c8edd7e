/*
 * write/parquet.h - a table written as Parquet.  Private to lib/write.
 */
#ifndef WRITE_PARQUET_H
#define WRITE_PARQUET_H

#include "parquet/writer.h"
#include "table/table.h"
#include "write/target.h"

int table_write_parquet(struct target *f, const struct table *t,
    enum parquet_packing packing, struct err *e);

#endif
