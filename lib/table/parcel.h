/*
 * table/parcel.h - a table among the arrays of a parcel (base/parcel.h).
 */
#ifndef TABLE_PARCEL_H
#define TABLE_PARCEL_H

#include "base/parcel.h"
#include "table/table.h"

/* Its columns are borrowed until the parcel is written.  None holds raw
 * cells. */
void table_pack(struct parcel_out *o, const struct table *t);
/* A copy of its own; NULL *out and 0 where none was packed.  ERR_CORRUPT,
 * ERR_NOMEM. */
int table_unpack(struct table **out, struct parcel *p, struct err *e);

#endif
