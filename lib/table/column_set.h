/*
 * table/column_set.h - cells of a column, set one by one.
 *
 * For whoever fills a block from tensors or rows: `i` must be below the room
 * given to column_init or column_grow.  A text value is read as the column's
 * type by the rules of table/cell.h; ERR_FORMAT when it cannot be.
 */
#ifndef TABLE_COLUMN_SET_H
#define TABLE_COLUMN_SET_H

#include "codec/json.h"
#include "table/column.h"

int column_set_text(struct column *c, size_t i, const char *s, size_t n,
    struct err *e);
int column_set_number(struct column *c, size_t i, double v, struct err *e);
int column_set_whole(struct column *c, size_t i, int64_t v, struct err *e);
void column_set_missing(struct column *c, size_t i);
/* The value a pull reader has just given, by the rules of
 * read/json_rows.h. */
int column_set_token(struct column *c, size_t i, enum json_token t,
    const struct json_pull *p, struct err *e);

#endif
