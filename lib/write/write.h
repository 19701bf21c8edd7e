/*
 * write/write.h - a table written to a file, in the formats it can be read
 * from.
 */
#ifndef WRITE_WRITE_H
#define WRITE_WRITE_H

#include "parquet/writer.h"
#include "table/table.h"
#include "write/target.h"

enum write_format { WRITE_CSV, WRITE_JSONL, WRITE_PARQUET };

struct write_opts {
	enum write_format format;
	enum write_packing packing;		/* of the file */
	enum parquet_packing pages;		/* of Parquet's */
};

/* By the ending: .csv, .jsonl, .ndjson, .parquet, and .gz or .zst behind it;
 * false for others, of which only the packing is known. */
bool write_opts_of(struct write_opts *o, const char *path);
/* All of the table; whoever opened the file commits or drops it. */
int table_write(struct target *to, const struct table *t,
    const struct write_opts *o, struct err *e);

#endif
