/*
 * parquet/internal.h - the footer as structs.  Private to lib/parquet.
 */
#ifndef PARQUET_INTERNAL_H
#define PARQUET_INTERNAL_H

#include "base/arena.h"
#include "parquet/parquet.h"

#define PARQUET_LEVEL_MAX 200		/* nesting, as levels count it */
#define PARQUET_COLUMNS_MAX 65536
/* Bytes of a page when unpacked, and values in it. */
#define PARQUET_PAGE_BYTES ((size_t)1 << 28)
#define PARQUET_PAGE_VALUES ((size_t)1 << 26)

enum parquet_codec {
	PARQUET_STORED, PARQUET_SNAPPY, PARQUET_GZIP, PARQUET_LZO,
	PARQUET_BROTLI, PARQUET_LZ4, PARQUET_ZSTD, PARQUET_LZ4_RAW
};

enum parquet_encoding {
	ENC_PLAIN = 0, ENC_PLAIN_DICT = 2, ENC_RLE = 3, ENC_BIT_PACKED = 4,
	ENC_DELTA = 5, ENC_DELTA_LENGTH = 6, ENC_DELTA_BYTES = 7,
	ENC_RLE_DICT = 8, ENC_BYTE_SPLIT = 9
};

/* A column in a row group. */
struct chunk_meta {
	bool there;			/* it has metadata that we can read */
	bool encrypted;
	enum parquet_physical physical;
	int codec;
	int64_t values;
	int64_t data_at, dict_at;	/* -1: none */
	int64_t packed;			/* bytes of all its pages */
	struct parquet_stats stats;
};

struct group_meta {
	int64_t rows;
	struct chunk_meta *chunk;	/* (columns) */
	size_t chunks;
};

struct parquet_file {
	const char *bytes;
	size_t n;
	size_t body;			/* bytes before the footer */
	struct arena arena;
	int64_t rows;
	size_t cols;
	struct parquet_column *col;
	size_t groups;
	struct group_meta *group;
};

/* An element of the schema as it stands in the footer, in depth first
 * order. */
struct schema_element {
	int physical;			/* -1: a group */
	int repetition;			/* 0 required, 1 optional, 2 repeated */
	int32_t length, children, scale, precision;
	int converted;			/* -1: none */
	int logical;			/* field of the union; 0: none */
	int unit;			/* 3, 6, 9 */
	bool is_signed;
	bool annotated;			/* a logical type we know of it */
	const char *name;
};

/* The leaves as columns, named. */
int parquet_leaves(struct parquet_file *f, const struct schema_element *s,
    size_t n, struct err *e);

/* What unpacks pages, one after the other. */
struct unpacker {
	enum parquet_codec codec;
	struct zst_in *zst;
	struct gz_in *gz;
};

/* Have we the codec? */
int unpacker_init(struct unpacker *u, enum parquet_codec codec,
    struct err *e);
void unpacker_release(struct unpacker *u);
/* Exactly `n` bytes from `packed`. */
int unpacker_run(char *out, size_t n, struct unpacker *u, const char *packed,
    size_t packed_n, struct err *e);

#endif
