/*
 * codec/pack/snappy.h - Snappy's block format, without its library: that one is
 * C++ and slow to start.
 */
#ifndef CODEC_PACK_SNAPPY_H
#define CODEC_PACK_SNAPPY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Unpack to exactly n bytes; false when the block is anything else. */
bool snappy_unpack(char *out, size_t n, const char *in, size_t in_n);
/* Append the packed form of n bytes. */
void snappy_pack(struct buf *out, const char *in, size_t n);

#endif
