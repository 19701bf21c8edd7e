/*
 * read/parquet/fill.h - a column of a table filled from the row groups of a
 * Parquet file.  Private to lib/read.
 */
#ifndef READ_PARQUET_FILL_H
#define READ_PARQUET_FILL_H

#include "parquet/parquet.h"
#include "table/column.h"


struct fill {
	const struct parquet_file *f;
	size_t col;
	struct column *to;
	size_t at;			/* rows so far */
	uint64_t used, most;		/* bytes */
	/* private */
	uint32_t *code;			/* of a dictionary's entries */
	void *native;			/* values of a page */
	void *entry;			/* values of the dictionary */
	size_t codes, natives, entries;
	bool known;			/* entry or code belongs to the chunk's
					 * dictionary */
	bool wide;			/* an unsigned value did not fit */
	bool dates;			/* texts are read as dates */
	bool dated;			/* there was one */
};

/* `to` gets its name, its type and no rows.  `most`: bytes it may take. */
int fill_init(struct fill *x, struct column *to, const struct parquet_file *f,
    size_t col, uint64_t most, struct err *e);
/* Can its texts be read as dates while they come? */
bool fill_may_date(const struct parquet_file *f, size_t col);
/* The same with dates of its texts, an empty one missing: fill_group refuses
 * the first that is none. */
int fill_init_dates(struct fill *x, struct column *to,
    const struct parquet_file *f, size_t col, uint64_t most, struct err *e);
/* Append the rows of a row group; errors name the column. */
int fill_group(struct fill *x, size_t group, struct err *e);
/* Empty the column for the next row group. */
void fill_clear(struct fill *x);
void fill_release(struct fill *x);

#endif
