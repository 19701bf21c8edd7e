/*
 * write/parquet.h - a table written as Parquet.  Private to lib/write.
 */
#ifndef WRITE_PARQUET_H
#define WRITE_PARQUET_H

#include "parquet/writer.h"
#include "table/table.h"
#include "write/target.h"

int table_write_parquet(struct target *to, const struct table *t,
    enum parquet_packing packing, struct err *e);

/* The same by row groups: rows of tables that have the columns of `t` (names
 * are borrowed from it until free), at most `rows` at a time. */
struct parquet_table;
struct parquet_table *parquet_table_new(struct target *to,
    const struct table *t, enum parquet_packing packing, size_t rows);
int parquet_table_group(struct parquet_table *f, const struct table *t,
    size_t from, size_t n, struct err *e);
int parquet_table_end(struct parquet_table *f, struct err *e);
void parquet_table_free(struct parquet_table *f);
/* Rows of a group of so many columns. */
size_t parquet_table_rows(size_t cols);
/* Parquet's texts are UTF-8, and who reads them counts on it: ERR_FORMAT. */
int parquet_check_texts(const struct table *t, struct err *e);

#endif
