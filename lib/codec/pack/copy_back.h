/*
 * codec/pack/copy_back.h - the copy of bytes that a packer saw before.  Private to
 * lib/codec.
 */
#ifndef CODEC_PACK_COPY_BACK_H
#define CODEC_PACK_COPY_BACK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* `len` bytes from `off` bytes before `to`, which may run into what they
 * make; `left` bytes of room are behind `to`. */
static inline void
copy_back(uint8_t *to, size_t off, size_t len, size_t left)
{
	const uint8_t *from = to - off;

	if (off >= 8 && left >= len + 8) {
		for (size_t i = 0; i < len; i += 8)
			memcpy(to + i, from + i, 8);
		return;
	}
	for (size_t i = 0; i < len; i++)
		to[i] = from[i];
}

#endif
