/*
 * catalog/addfile.h - put a file under version control: what mlv-data add does.
 */
#ifndef CATALOG_ADDFILE_H
#define CATALOG_ADDFILE_H

#include <stdint.h>

#include "base/err.h"
#include "catalog/put.h"
#include "read/whole.h"

/*
 * `name` NULL: from the stem; "-" is standard input and needs one.  Counts
 * rows (*rows -1 when it is not a table, with a warning when it should be
 * one) and remembers `read`.  A file that the stat cache knows unchanged is
 * not read, any other once.
 */
int catalog_add_file(struct catalog_put *put, uint64_t *size, int64_t *rows,
    struct catalog *c, const char *path, const char *name,
    const struct table_read_opts *read, struct err *e);

#endif
