/*
 * read/delta.h - Delta Lake tables: a folder of Parquet files and the log that
 * says which of them are the table.
 *
 * The newest version is read: a checkpoint, if there is one, and the commits
 * behind it.  What a reader may not pass over is refused by name (ERR_
 * UNSUPPORTED): deletion vectors, mapped columns, features of readers that we
 * do not know.
 */
#ifndef READ_DELTA_H
#define READ_DELTA_H

#include <stdbool.h>

#include "base/buf.h"

/* Is there a folder _delta_log in it? */
bool delta_table_is(const char *folder);
/* Append the table as CSV with a header, its columns in the schema's order, its
 * files by their paths: the same with a checkpoint and without. */
int delta_table_read(struct buf *out, const char *folder, struct err *e);

#endif
