/*
 * parquet/parquet.h - an Apache Parquet file in memory: its columns, and the
 * values of a column page by page, as they are stored.
 *
 * Nothing here knows tables: read/parquet/ makes cells of the values.  The
 * bytes are not trusted: every size is checked before it is used, a page that
 * has a checksum is held against it, and what the footer promises is held
 * against what the pages hold.  Damage is ERR_CORRUPT; what a later writer
 * may do and we do not (encryption, brotli, lzo) is ERR_UNSUPPORTED, by name.
 *
 * A column is a leaf of the schema.  Members of structs are columns of their
 * own, "a.b"; what stands in a list or a map repeats (max_rep 1 or more).
 */
#ifndef PARQUET_PARQUET_H
#define PARQUET_PARQUET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum parquet_physical {
	PARQUET_BOOLEAN, PARQUET_INT32, PARQUET_INT64, PARQUET_INT96,
	PARQUET_FLOAT, PARQUET_DOUBLE, PARQUET_BYTES, PARQUET_FIXED
};

enum parquet_logical {
	PARQUET_PLAIN_VALUE, PARQUET_TEXT, PARQUET_UINT, PARQUET_DECIMAL,
	PARQUET_DATE, PARQUET_TIME, PARQUET_TIMESTAMP, PARQUET_UUID,
	PARQUET_FLOAT16, PARQUET_INTERVAL
};

struct parquet_column {
	const char *name;		/* "a", "a.b" */
	enum parquet_physical physical;
	enum parquet_logical logical;
	uint32_t length;		/* of a fixed value, in bytes */
	int32_t scale, precision;	/* of a decimal */
	int digits;			/* of a second: 3, 6, 9 */
	uint8_t max_def, max_rep;
	uint8_t list_def;		/* max_rep 1: the definition level at
					 * which the list has an element; one
					 * less is an empty list */
};

/* What a row group says of a column; nothing is said where `known` is not. */
struct parquet_stats {
	bool min_known, max_known;
	const char *min, *max;		/* values in PLAIN, bytes bare */
	size_t min_n, max_n;
	int64_t nulls;			/* -1: not known */
};

struct parquet_file;

/* Do the bytes begin as a Parquet file does? */
bool parquet_is(const char *bytes, size_t n);
/* Reads the footer.  `bytes` stay where they are until parquet_close. */
int parquet_open(struct parquet_file **f, const char *bytes, size_t n,
    struct err *e);
void parquet_close(struct parquet_file *f);
int64_t parquet_rows(const struct parquet_file *f);
size_t parquet_columns(const struct parquet_file *f);
const struct parquet_column *parquet_column(const struct parquet_file *f,
    size_t col);
size_t parquet_groups(const struct parquet_file *f);
int64_t parquet_group_rows(const struct parquet_file *f, size_t group);
void parquet_group_stats(struct parquet_stats *s,
    const struct parquet_file *f, size_t group, size_t col);

/* ---- values ---- */

struct parquet_bytes {
	const char *s;
	uint32_t n;
};

/* `n` values in the array of the column's physical type. */
struct parquet_values {
	size_t n;
	union {
		const uint8_t *b;		/* BOOLEAN: 0 or 1 */
		const int32_t *i32;
		const int64_t *i64;
		const float *f32;
		const double *f64;
		const struct parquet_bytes *bytes;	/* INT96 BYTES FIXED */
		const void *data;
	};
};

/* One page, good until the next one. */
struct parquet_page {
	size_t n;			/* levels; rows of a flat column */
	const uint8_t *def, *rep;	/* NULL where the maximum is 0 */
	size_t present;			/* values: levels of def == max_def */
	const uint32_t *index;		/* of each into *dict, below dict->n */
	const struct parquet_values *dict;
	struct parquet_values values;	/* where there is no index */
};

/* The pages of one column in one row group. */
struct parquet_chunk;

int parquet_chunk_open(struct parquet_chunk **c, const struct parquet_file *f,
    size_t group, size_t col, struct err *e);
/* 1 with a page, 0 when all values were given, -1. */
int parquet_chunk_next(struct parquet_page *page, struct parquet_chunk *c,
    struct err *e);
void parquet_chunk_close(struct parquet_chunk *c);

#endif
