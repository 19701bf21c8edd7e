/*
 * read/where.h - the rows of a table for which a condition holds.
 *
 * Numbers and booleans are such to the condition, all else is text; a
 * date-time is one as mlv writes it, so it compares with any other.
 */
#ifndef READ_WHERE_H
#define READ_WHERE_H

#include "expr/expr.h"
#include "table/table.h"

/* Those rows, as table_gather.  ERR_NOENT: it names no column, ERR_USAGE: it
 * is no condition. */
int table_where(struct table **out, const struct table *t,
    const struct expr *x, struct err *e);

#endif
