/*
 * read/parquet/pages.h - the pages of a Parquet column appended to a fill: a
 * row is a value, or a list of them as JSON.  Private to lib/read.
 */
#ifndef READ_PARQUET_PAGES_H
#define READ_PARQUET_PAGES_H

#include "base/buf.h"
#include "read/parquet/fill.h"

/* All rows of a chunk with max_rep 0; `text` is for passing use. */
int fill_pages(struct fill *x, struct parquet_chunk *chunk, struct buf *text,
    struct err *e);
/* All rows of a chunk with max_rep 1. */
int fill_lists(struct fill *x, struct parquet_chunk *chunk, struct buf *text,
    struct err *e);
/* Room for n more rows and `text` more bytes. */
int fill_room(struct fill *x, size_t n, size_t text, struct err *e);

#endif
