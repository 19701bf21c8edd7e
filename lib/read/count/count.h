/*
 * read/count/count.h - the rows of a table counted while its bytes pass by.
 *
 * What comes out is what a table_reader (read/stream.h) that wants no column
 * would give, or nothing: bytes that are no CSV, or no whole table, are for
 * that one to read, and to say what is wrong.
 */
#ifndef READ_COUNT_COUNT_H
#define READ_COUNT_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/options.h"

struct row_count;

/* `o` is borrowed until free. */
struct row_count *row_count_new(const struct table_read_opts *o);
void row_count_free(struct row_count *c);
/* The next bytes. */
void row_count_add(struct row_count *c, const void *p, size_t n);
/* Behind the last: the rows and the names of the columns, good until free;
 * false when these are not known. */
bool row_count_done(uint64_t *rows, const char *const **names, size_t *n,
    struct row_count *c);

#endif
