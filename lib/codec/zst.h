/*
 * codec/zst.h - Zstandard, through libzstd.
 *
 * Compressed bytes are never named by a hash of ours, so another libzstd
 * may compress differently; what comes out of decompressing is what counts.
 */
#ifndef CODEC_ZST_H
#define CODEC_ZST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Compress in pieces: what is ready is appended to *out; `end` finishes
 * the frame, after which the next piece begins another. */
struct zst_out;
struct zst_out *zst_out_new(int level);
int zst_out_add(struct zst_out *z, struct buf *out, const void *p, size_t n,
    bool end, struct err *e);
void zst_out_free(struct zst_out *z);

/*
 * Decompress in pieces: reads from in[0..n), writes to out[0..cap), says how
 * much of each.  *done: a frame ended here.  Windows beyond 128 MiB are
 * refused.  ERR_CORRUPT when it is not Zstandard.
 */
struct zst_in;
struct zst_in *zst_in_new(void);
int zst_in_step(struct zst_in *z, void *out, size_t cap, size_t *made,
    const void *in, size_t n, size_t *used, bool *done, struct err *e);
void zst_in_free(struct zst_in *z);

/* Blocks in memory, one frame each.  A struct zst_block is one thread's and
 * keeps its tables from block to block. */
struct zst_block;
struct zst_block *zst_block_new(int level);
int zst_block_add(struct zst_block *z, struct buf *out, const void *p,
    size_t n, struct err *e);
/* Do these bytes get smaller by more than a 32nd? */
bool zst_block_shrinks(struct zst_block *z, const void *p, size_t n);
void zst_block_free(struct zst_block *z);
/* How many bytes a frame says that it holds; false when it does not say. */
bool zst_frame_plain(uint64_t *plain, const void *in, size_t n);
/* One frame that holds exactly `plain` bytes.  ERR_CORRUPT. */
int zst_expand(void *out, size_t plain, const void *in, size_t n,
    struct err *e);

#endif
