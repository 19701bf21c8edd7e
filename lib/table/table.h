/*
 * table/table.h - a table: columns of equal length, in memory.
 *
 * table_free frees the columns with all they own.  NULL is accepted by the
 * free functions.
 */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include "base/names.h"
#include "table/column.h"

struct table {
	size_t rows, cols;
	struct column *col;
};

/* `cols` columns without names or arrays, to be filled by column_init. */
struct table *table_new(size_t cols);
void table_free(struct table *t);
/* The column of that name, or NULL. */
struct column *table_find(const struct table *t, const char *name);
/* Its place; ERR_NOENT names it and the nearest known one. */
int table_index(size_t *out, const struct table *t, const char *name,
    struct err *e);
/* The places of all its names, for many lookups; the caller frees it. */
struct names *table_names(const struct table *t);
/* Keep only these columns, in this order; or all but these. ERR_NOENT. */
int table_select(struct table *t, const char *const *names, size_t n,
    struct err *e);
int table_drop(struct table *t, const char *const *names, size_t n,
    struct err *e);
/* A new table of rows row[0..n) of t.  Dicts are borrowed from t, which
 * must live longer. */
int table_gather(struct table **out, const struct table *t, const size_t *row,
    size_t n, struct err *e);
/* The same of the rows that have a value in that column; *gone: how many have
 * none.  Where that is 0, *out is NULL. */
int table_gather_known(struct table **out, size_t *gone,
    const struct table *t, size_t column, struct err *e);
/* Bytes held by arrays and names; dicts are not counted. */
size_t table_bytes(const struct table *t);

/* The column as another type, in place: any number to float64, integral
 * floats to int64, anything to category or text (numbers by their shortest
 * text), category and text into each other.  ERR_FORMAT names the first row
 * (from 1) that cannot be; the column is then unchanged. */
int column_convert(struct column *c, enum col_type type, struct err *e);

#endif
