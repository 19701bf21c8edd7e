/*
 * read/count/lines.h - rows of CSV that are plain: no quote, no more and no
 * fewer cells than there are columns.  Private to lib/read.
 */
#ifndef READ_COUNT_LINES_H
#define READ_COUNT_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "codec/csv.h"

/*
 * From p, where a row begins: *rows grows by those that are surely plain, and
 * where the next one begins is returned.  That may be at once: it is then for
 * the caller to look at it byte by byte.  The delimiter is no white space, and
 * `columns` are two or more.
 */
const char *lines_count_plain(uint64_t *rows, const struct csv_form *f,
    size_t columns, const char *p, const char *end);

#endif
