/*
 * parquet/writer.h - an Apache Parquet file written, row group by row group.
 *
 * Flat columns, all optional; dictionaries where values repeat; minimum,
 * maximum and number of missing values of each column in each row group; a
 * checksum a page.  The same values give the same bytes, but for what libzstd
 * makes of them.
 */
#ifndef PARQUET_WRITER_H
#define PARQUET_WRITER_H

#include "base/buf.h"
#include "parquet/parquet.h"

enum parquet_packing { PARQUET_PACK_ZSTD, PARQUET_PACK_SNAPPY, PARQUET_PACK_NONE };

/* INT64 (with TIMESTAMP: of microseconds, UTC), DOUBLE, FLOAT, BOOLEAN, or
 * BYTES (TEXT). */
struct parquet_out_column {
	const char *name;
	enum parquet_physical physical;
	enum parquet_logical logical;
};

/* A column of a row group. */
struct parquet_out_data {
	const uint8_t *there;		/* (rows) 0 or 1 */
	struct parquet_values values;	/* those that are there, in order */
	const uint32_t *index;		/* ... or the places of them in */
	struct parquet_values dict;	/* ... a dictionary of this row group,
					 * each entry in use */
	size_t present;
};

struct parquet_writer;

/* Bytes are appended to *out, which the caller may empty between calls: what
 * was written is only counted.  Columns are borrowed until free. */
struct parquet_writer *parquet_writer_new(struct buf *out,
    const struct parquet_out_column *col, size_t cols,
    enum parquet_packing packing);
int parquet_write_group(struct parquet_writer *w, size_t rows,
    const struct parquet_out_data *data, struct err *e);
/* The footer. */
int parquet_write_end(struct parquet_writer *w, struct err *e);
void parquet_writer_free(struct parquet_writer *w);

#endif
