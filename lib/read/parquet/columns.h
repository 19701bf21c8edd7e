/*
 * read/parquet/columns.h - which columns of a Parquet file are read.
 * Private to lib/read.
 */
#ifndef READ_PARQUET_COLUMNS_H
#define READ_PARQUET_COLUMNS_H

#include "base/pool.h"
#include "parquet/parquet.h"
#include "read/options.h"
#include "read/parquet/fill.h"

struct columns {
	struct parquet_file *f;
	const char *name;		/* of the input */
	size_t n;
	size_t *at;			/* (n) columns of the file */
	uint64_t most;			/* bytes that each may take */
};

/* Those of o->only in the file's order, or all but those that are nested
 * deeper than a list, which are told.  Errors begin with the name. */
int columns_open(struct columns *c, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);
void columns_close(struct columns *c);

#endif
