/*
 * feature/key.h - the key of a row as bytes.
 *
 * Two keys are the same when all their columns have the same text; a whole
 * number may carry zeros behind a point ("1001.0" is 1001).
 */
#ifndef FEATURE_KEY_H
#define FEATURE_KEY_H

#include "base/buf.h"
#include "table/column.h"

/* The key of row i in *out, of columns col[0..n) of raw cells; empty when one
 * is missing. */
void key_text(struct buf *out, const struct column *col, size_t n, size_t i);
/* One part more; key_text of several is these one after the other. */
void key_part(struct buf *out, const struct raw_cell *c, bool alone);

/* What tells an event from others of its key and time, of the cell that names
 * it; false: it has no name, and is one of its own. */
bool key_event(uint64_t mark[2], const struct raw_cell *name);

#endif
