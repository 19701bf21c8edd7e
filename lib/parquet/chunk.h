/*
 * parquet/chunk.h - a column of a row group while its pages are read.
 * Private to lib/parquet.
 */
#ifndef PARQUET_CHUNK_H
#define PARQUET_CHUNK_H

#include "base/buf.h"
#include "parquet/internal.h"

enum page_type { PAGE_DATA = 0, PAGE_INDEX, PAGE_DICTIONARY, PAGE_DATA_V2 };

struct page_header {
	int64_t type, unpacked_n, packed_n;
	bool has_crc, has_header;
	uint32_t crc;
	int64_t values, def_bytes, rep_bytes;
	int encoding, def_encoding, rep_encoding;
	bool packed;			/* v2: are the values? */
	const char *bytes;
};

/* Arrays that values are unpacked to, used again and again. */
struct value_room {
	void *data;
	size_t bytes;
	int64_t *wide;			/* of deltas */
	size_t wides;
	struct buf text;		/* of strings put together */
	bool has_text;
};

struct parquet_chunk {
	const struct parquet_column *col;
	const struct chunk_meta *meta;
	const char *p, *end;
	int64_t left;			/* values yet to come */
	bool has_dict;
	struct parquet_values dict;
	struct value_room dict_room, value_room;
	char *dict_bytes;		/* what its strings point into */
	struct unpacker unpack;
	char *unpacked;			/* a page */
	size_t room;
	uint8_t *def, *rep;		/* (levels) */
	size_t levels;
	uint32_t *index;		/* (indices) */
	size_t indices;
};

/* n values of the column in that encoding, from [p, end), behind which
 * UNPACK_SLACK bytes can be read. */
int values_read(struct parquet_values *v, struct value_room *room,
    const struct parquet_column *col, int encoding, size_t n,
    const uint8_t *p, const uint8_t *end, struct err *e);
void values_release(struct value_room *room);

#endif
