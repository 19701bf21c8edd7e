/*
 * parquet/levels.h - runs and bit-packed groups of small numbers: levels,
 * dictionary indices, booleans.  Private to lib/parquet.
 */
#ifndef PARQUET_LEVELS_H
#define PARQUET_LEVELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that can be read behind whatever is unpacked here. */
#define UNPACK_SLACK 8

/* Exactly n numbers of `width` bits (0 to 32), as RLE and bit-packed runs in
 * [p, end), below or at `most`.  False when they are not there. */
bool levels_read32(uint32_t *out, size_t n, int width, uint32_t most,
    const uint8_t *p, const uint8_t *end);
bool levels_read8(uint8_t *out, size_t n, int width, uint8_t most,
    const uint8_t *p, const uint8_t *end);
/* How many of them are `level`? */
size_t levels_count8(const uint8_t *v, size_t n, uint8_t level);
/* Bits of the largest number. */
int levels_width(uint32_t most);
/* A varint; false when there is none. */
bool levels_varint(uint64_t *v, const uint8_t **p, const uint8_t *end);

/* n numbers of `width` bits (0 to 64) packed from the low bit up. */
void bits_unpack32(uint32_t *out, size_t n, int width, const uint8_t *p);
void bits_unpack64(uint64_t *out, size_t n, int width, const uint8_t *p);

#endif
