/*
 * parquet/delta.h - the delta encodings of integers and byte arrays.
 * Private to lib/parquet.
 */
#ifndef PARQUET_DELTA_H
#define PARQUET_DELTA_H

#include "base/buf.h"
#include "parquet/parquet.h"

/* Exactly n integers of `bits` (32 or 64) bits that stand at *p, which moves
 * behind them.  ERR_CORRUPT. */
int delta_read(int64_t *out, size_t n, int bits, const uint8_t **p,
    const uint8_t *end, struct err *e);
/* n byte arrays: lengths, then the bytes, in which they point. */
int delta_lengths(struct parquet_bytes *out, size_t n, const uint8_t *p,
    const uint8_t *end, struct err *e);
/* n byte arrays: what each shares with the one before, then the rest.  They
 * point into *text, whose cap bounds them. */
int delta_strings(struct parquet_bytes *out, struct buf *text, size_t n,
    const uint8_t *p, const uint8_t *end, struct err *e);

#endif
