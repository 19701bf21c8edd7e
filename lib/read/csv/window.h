/*
 * read/csv/window.h - 64 bytes of a file at a time, as words of 64 bits.
 * Private to lib/read.
 *
 * Where cells end is known of all of them at once, so that reading one does
 * not wait for the one before it.
 */
#ifndef READ_CSV_WINDOW_H
#define READ_CSV_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/machine.h"
#include "codec/csv.h"

#define WORD_BYTES 7		/* of a short text, which its key is */

/* n <= WORD_BYTES bytes at p, of which eight may be read. */
static inline uint64_t
word_key(const char *p, size_t n)
{
	return (get_le64(p) & (((uint64_t)1 << 8 * n) - 1)) |
	    (uint64_t)(n + 1) << 56;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define CSV_HAS_WINDOW 1
#define CSV_WINDOW_BYTES 64

#pragma GCC push_options
#pragma GCC target("avx2,popcnt,bmi")

/* The bytes from p on, a bit each. */
struct window {
	const char *p;
	uint64_t ends, digits, points;
};

static inline __attribute__((always_inline)) uint64_t
bits_of(__m256i low, __m256i high)
{
	return (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32 |
	    (uint32_t)_mm256_movemask_epi8(low);
}

/* Those of the 64 bytes from p on that are this one. */
static inline __attribute__((always_inline)) uint64_t
bits_equal(const char *p, char byte)
{
	const __m256i what = _mm256_set1_epi8(byte);
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p +
	    32));

	return bits_of(_mm256_cmpeq_epi8(a, what), _mm256_cmpeq_epi8(b, what));
}

static inline __attribute__((always_inline)) __m256i
is_digit(__m256i v)
{
	__m256i d = _mm256_sub_epi8(v, _mm256_set1_epi8('0'));

	return _mm256_cmpeq_epi8(_mm256_min_epu8(d, _mm256_set1_epi8(9)), d);
}

static inline __attribute__((always_inline)) struct window
window_at(const char *p, const struct csv_form *f)
{
	const __m256i eol = _mm256_set1_epi8(f->eol);
	const __m256i cut = _mm256_set1_epi8(f->delimiter);
	const __m256i point = _mm256_set1_epi8('.');
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p +
	    32));

	return (struct window){ p,
	    bits_of(_mm256_or_si256(_mm256_cmpeq_epi8(a, eol),
	    _mm256_cmpeq_epi8(a, cut)), _mm256_or_si256(_mm256_cmpeq_epi8(b,
	    eol), _mm256_cmpeq_epi8(b, cut))),
	    bits_of(is_digit(a), is_digit(b)),
	    bits_of(_mm256_cmpeq_epi8(a, point), _mm256_cmpeq_epi8(b, point)) };
}
#pragma GCC pop_options
#else
#define CSV_HAS_WINDOW 0
#endif

/* What cuts cells is no part of one, or of what leads it. */
static inline bool
window_fits(const struct csv_form *f)
{
	return CSV_HAS_WINDOW && machine_has_avx2() && f->escape == '\0' &&
	    f->delimiter != '\0' && strchr(",;\t|", f->delimiter) != NULL;
}

#endif
