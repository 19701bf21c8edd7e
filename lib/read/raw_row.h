/*
 * read/raw_row.h - where the cells of a CSV row end, found 64 bytes at a time.
 * Private to lib/read.
 *
 * For rows whose cells are wanted as text: in a row without a quote every
 * delimiter ends a cell.  Any other row is left to codec/csv.h, whose answer is
 * the same.
 */
#ifndef READ_RAW_ROW_H
#define READ_RAW_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/csv.h"

#define RAW_ROW_CELLS ((size_t)1 << 14)	/* rows of more are not cut so */

/* Can rows of this form be cut so, on this processor? */
bool raw_row_can(const struct csv_form *f);
/* The record [s, stop), which its line end closes; bytes up to `limit` may be
 * read.  True: it has no quote and exactly `cells` cells, of which cell i ends
 * before byte end[i]. */
bool raw_row_cut(uint32_t *end, size_t cells, const struct csv_form *f,
    const char *s, const char *stop, const char *limit);

#endif
