/*
 * codec/pack/gz.h - gzip and zlib streams, unpacked through zlib.
 */
#ifndef CODEC_PACK_GZ_H
#define CODEC_PACK_GZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Unpack in pieces: reads from in[0..n), writes to out[0..cap), says how much
 * of each.  *done: a member ended here; another may follow.  ERR_CORRUPT when
 * it is not gzip.
 */
struct gz_in;
struct gz_in *gz_in_new(void);
int gz_in_step(struct gz_in *z, void *out, size_t cap, size_t *made,
    const void *in, size_t n, size_t *used, bool *done, struct err *e);
void gz_in_free(struct gz_in *z);

/* The checksum that gzip, PNG and Parquet use. */
uint32_t gz_crc32(const void *p, size_t n);

#endif
