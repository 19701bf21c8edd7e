/*
 * write/write.h - a table written to a file, in the formats it can be read
 * from.
 */
#ifndef WRITE_WRITE_H
#define WRITE_WRITE_H

#include <stdbool.h>

#include "base/file.h"
#include "parquet/writer.h"
#include "table/table.h"

enum write_format { WRITE_CSV, WRITE_JSONL, WRITE_PARQUET };

struct write_opts {
	enum write_format format;
	enum parquet_packing packing;	/* of Parquet */
};

/* By the ending: .csv, .jsonl, .ndjson, .parquet; false for others. */
bool write_format_of(enum write_format *to, const char *path);
/* All of the table; the file is committed or dropped by whoever opened it. */
int table_write(struct out_file *f, const struct table *t,
    const struct write_opts *o, struct err *e);

#endif
