/*
 * parquet/encode.h - values as the pages of a Parquet file hold them.
 * Private to lib/parquet.
 */
#ifndef PARQUET_ENCODE_H
#define PARQUET_ENCODE_H

#include "base/buf.h"
#include "parquet/writer.h"

#define STATS_TEXT_MAX 64	/* longer bounds are left out */

struct encoded_stats {
	size_t missing;
	bool known;
	char *min, *max;		/* owned */
	size_t min_n, max_n;
};

/* `s` has room and is zeroed; release it. */
void encode_stats(struct encoded_stats *s, const struct parquet_out_column *c,
    const struct parquet_values *v, size_t missing);
void encoded_stats_release(struct encoded_stats *s);
void encode_plain(struct buf *out, enum parquet_physical physical,
    const struct parquet_values *v);
/* Levels of 0 and 1 with their size before them. */
void encode_levels(struct buf *out, const uint8_t *there, size_t n);
/* Places in a dictionary of `entries`, with their width before them. */
void encode_indices(struct buf *out, const uint32_t *index, size_t n,
    size_t entries);

#endif
