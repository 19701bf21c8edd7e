/*
 * codec/pack/lz4.h - LZ4's block format, unpacked.
 */
#ifndef CODEC_PACK_LZ4_H
#define CODEC_PACK_LZ4_H

#include <stdbool.h>
#include <stddef.h>

/* One block to exactly n bytes; false when it is anything else. */
bool lz4_unpack(char *out, size_t n, const char *in, size_t in_n);
/* The same of blocks that each have both lengths before them, as Hadoop
 * frames them. */
bool lz4_unpack_framed(char *out, size_t n, const char *in, size_t in_n);

#endif
