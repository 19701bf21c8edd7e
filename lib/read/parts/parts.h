/*
 * read/parts/parts.h - a large CSV file as tables of some rows each, one
 * after the other, so that no more of it is held at a time.
 *
 * Each part is read as read/whole.h reads a whole table, and its types are
 * those of its own values: who puts parts together settles them.
 *
 *	r = parts_open(&p, &src, &o, e);
 *	while (r > 0 && (r = parts_next(&t, p, e)) > 0)
 *		...				table_free(t)
 *	parts_free(p);
 */
#ifndef READ_PARTS_PARTS_H
#define READ_PARTS_PARTS_H

#include "base/source.h"
#include "read/options.h"
#include "table/table.h"

struct parts;

/* `src` and what `o` points to are borrowed; `bytes` are read at a time.  1;
 * 0 when it is not for parts:
 * packed, no CSV, one column alone. */
int parts_open(struct parts **p, struct source *src,
    const struct table_read_opts *o, size_t bytes, struct err *e);
/* 1 with a table, 0 behind the last one.  Lines in messages count from the
 * part's first. */
int parts_next(struct table **t, struct parts *p, struct err *e);
/* Of the parts to come, a column: it holds fractions, so that whole numbers,
 * also -0, are read as such.  Borrowed. */
void parts_fractions(struct parts *p, const bool *holds);
/* Bytes of the tables so far. */
uint64_t parts_taken(const struct parts *p);
void parts_free(struct parts *p);

#endif
