/*
 * read/csv/usual.h - cells that change nothing: of a kind that their column
 * is known to hold.  Private to this folder.
 *
 * For who wants the shape of a table alone.  Once a plain number, a time or a
 * short text was seen in a column, more of these are passed over, 64 bytes at a
 * time; all else is for the caller to read.
 */
#ifndef READ_CSV_USUAL_H
#define READ_CSV_USUAL_H

#include <stddef.h>

#include "codec/csv.h"

enum usual_kind { USUAL_NONE, USUAL_INT, USUAL_FLOAT, USUAL_TIME, USUAL_TEXT };

struct usual_cells;

/* NULL: there is no way to pass over cells quickly.  The form is borrowed. */
struct usual_cells *usual_new(const struct csv_form *f, size_t columns);
void usual_free(struct usual_cells *u);

/* A cell like that needs no look in this column any more: an integer without a
 * sign or zeros before it; such a one or a decimal fraction; a time as
 * 2026-01-02T03:04:05. */
void usual_is(struct usual_cells *u, size_t column, enum usual_kind kind);
/* The same of just this text, which is the whole cell from p to its delimiter
 * at `end`. */
void usual_text(struct usual_cells *u, size_t column, const char *p,
    const char *end);

/* From p, where cell *column of a row begins: where the first begins that is
 * to be looked at, or the line end behind the last; *column becomes its number,
 * or the count of columns. */
const char *usual_pass(struct usual_cells *u, size_t *column, const char *p,
    const char *end);

#endif
