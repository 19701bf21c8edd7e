/*
 * codec/pack/gz.h - gzip and zlib streams, through zlib.
 */
#ifndef CODEC_PACK_GZ_H
#define CODEC_PACK_GZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
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

/* Pack in pieces: what is ready is appended to *out; `end` finishes the member.
 * The same bytes in the same pieces give the same, without name or time. */
struct gz_out;
struct gz_out *gz_out_new(void);
int gz_out_add(struct gz_out *z, struct buf *out, const void *p, size_t n,
    bool end, struct err *e);
void gz_out_free(struct gz_out *z);

/* The checksum that gzip, PNG and Parquet use. */
uint32_t gz_crc32(const void *p, size_t n);

#endif
