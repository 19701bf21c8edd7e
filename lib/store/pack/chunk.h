/*
 * store/pack/chunk.h - where large objects are cut into parts: at places that
 * their bytes choose (FastCDC), so that an edit moves few cuts.
 *
 * A cut depends on the 64 bytes before it alone.  Sizes and the table are
 * fixed: other ones would find nothing again of what is stored.  No id
 * depends on them.
 */
#ifndef STORE_PACK_CHUNK_H
#define STORE_PACK_CHUNK_H

#include <stddef.h>

#define CHUNK_MIN ((size_t)1 << 16)
#define CHUNK_AVERAGE_BITS 18
#define CHUNK_MAX ((size_t)1 << 21)
/* Objects of at most this many bytes are not cut. */
#define CHUNK_WHOLE ((size_t)1 << 20)

/* Length of the first part of n > 0 bytes; they must be CHUNK_MAX at least, or
 * all there are. */
size_t chunk_cut(const void *p, size_t n);

#endif
