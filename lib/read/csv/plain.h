/*
 * read/csv/plain.h - plain cells read many at a time: numbers, and short texts
 * seen before.  Private to this folder.
 *
 * What comes of a cell is what the slow way makes of it; a cell that it cannot
 * be sure of it leaves to that.
 */
#ifndef READ_CSV_PLAIN_H
#define READ_CSV_PLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "codec/csv.h"

struct plain_cells;

/* NULL: there is no quick way.  The form is borrowed. */
struct plain_cells *plain_new(const struct csv_form *f, size_t columns);
void plain_free(struct plain_cells *c);

/* From now on numbers of this column go into `to`, a place a row: any, or
 * integers without a sign or zeros before them. */
void plain_floats(struct plain_cells *c, size_t column, double *to);
void plain_ints(struct plain_cells *c, size_t column, int64_t *to);
/* And so the number of a text goes there, of cells that are, byte for byte, as
 * the one from p to `end`, without what cuts cells. */
void plain_text(struct plain_cells *c, size_t column, uint32_t *to,
    const char *p, const char *end, uint32_t number);

/* From p, where cell *column of a row begins: where the first begins that is
 * left to the slow way, or the line end behind the last; *column becomes its
 * number, or the count of columns. */
const char *plain_read(struct plain_cells *c, size_t *column, const char *p,
    const char *end, size_t row);

#endif
