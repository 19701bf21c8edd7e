/*
 * read/whole_jsonl.h - a whole table from bytes that are JSON Lines.
 * Private to lib/read; read/whole.h has the rules.
 */
#ifndef READ_WHOLE_JSONL_H
#define READ_WHOLE_JSONL_H

#include "read/options.h"
#include "table/table.h"

int table_read_jsonl(struct table **out, const char *s, size_t n,
    const struct table_read_opts *o, struct err *e);

#endif
