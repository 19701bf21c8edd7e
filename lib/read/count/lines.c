/*
 * Plain rows counted 64 bytes at a time: which of them are line ends,
 * delimiters and quotes are the bits of three words.  Where the processor
 * cannot, no row is surely plain.
 */
#include "read/count/lines.h"

#include "base/machine.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#pragma GCC push_options
#pragma GCC target("avx2,popcnt,bmi")

static inline __attribute__((always_inline)) uint64_t
bits_of(__m256i low, __m256i high, __m256i byte)
{
	uint32_t a = (uint32_t)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(low, byte));
	uint32_t b = (uint32_t)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(high, byte));

	return (uint64_t)b << 32 | a;
}

static const char *
count_avx2(uint64_t *rows, const struct csv_form *f, size_t columns,
    const char *p, const char *end)
{
	const __m256i eol = _mm256_set1_epi8(f->eol);
	const __m256i delimiter = _mm256_set1_epi8(f->delimiter);
	const __m256i quote = _mm256_set1_epi8(f->quote);
	const char *row = p;
	size_t have = 1;		/* cells of the row so far */

	for (; end - p >= 64; p += 64) {
		__m256i low = _mm256_loadu_si256((const __m256i *)
		    (const void *)p);
		__m256i high = _mm256_loadu_si256((const __m256i *)
		    (const void *)(p + 32));
		uint64_t ends = bits_of(low, high, eol);
		uint64_t cuts = bits_of(low, high, delimiter);
		uint64_t quotes = bits_of(low, high, quote);

		for (; ends; ends &= ends - 1) {
			uint64_t here = ends ^ (ends - 1);

			if ((quotes & here) || columns != have +
			    (size_t)__builtin_popcountll(cuts & here))
				return row;
			++*rows;
			row = p + __builtin_ctzll(ends) + 1;
			have = 1;
			cuts &= ~here;
		}
		if (quotes)
			return row;
		have += (size_t)__builtin_popcountll(cuts);
	}
	return row;
}
#pragma GCC pop_options
#else
#define count_avx2(rows, f, columns, p, end) (p)
#endif

const char *
lines_count_plain(uint64_t *rows, const struct csv_form *f, size_t columns,
    const char *p, const char *end)
{
	return machine_has_avx2() ? count_avx2(rows, f, columns, p, end) : p;
}
