/*
 * read/csv/whole.h - a whole table from bytes that are CSV.  Private to
 * lib/read; read/whole.h has the rules.
 */
#ifndef READ_CSV_WHOLE_H
#define READ_CSV_WHOLE_H

#include "read/options.h"
#include "table/table.h"

int table_read_csv(struct table **out, const char *s, size_t n,
    const struct table_read_opts *o, struct err *e);

#endif
