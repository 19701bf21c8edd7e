/*
 * catalog/open_table.h - a name as a table.
 *
 * How a file is to be read (columns, delimiter, words for missing) is
 * remembered with the dataset when it is added, so every later verb reads
 * data:adult the same way.  What the user says now comes before that.
 */
#ifndef CATALOG_OPEN_TABLE_H
#define CATALOG_OPEN_TABLE_H

#include "catalog/bytes.h"
#include "read/whole.h"
#include "table/table.h"

/* The options to read `b` with: those in its manifest, overridden by what
 * `user` (may be NULL) sets.  What *o points to lives as long as b. */
int catalog_read_opts(struct table_read_opts *o, struct catalog_bytes *b,
    const struct table_read_opts *user, struct err *e);
/* The table in bytes that are open, and there. */
int catalog_read_table(struct table **t, struct catalog_bytes *b,
    const struct table_read_opts *user, struct err *e);
/* Open and read at once; *b stays open for its id and label (close it after
 * table_free).  A request-log folder is a table too. */
int catalog_open_table(struct table **t, struct catalog_bytes *b,
    struct catalog *c, const char *name, const struct table_read_opts *user,
    struct err *e);

#endif
