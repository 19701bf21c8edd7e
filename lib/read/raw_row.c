/*
 * Rows cut at the delimiters by words of 64 bits: a bit for each byte.
 */
#include "read/raw_row.h"

#include <string.h>

#include "base/machine.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#pragma GCC push_options
#pragma GCC target("avx2,popcnt,bmi")

static inline __attribute__((always_inline)) uint64_t
bytes_like(const char *p, __m256i what)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p +
	    32));

	return (uint64_t)(uint32_t)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(b, what)) << 32 |
	    (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, what));
}

/* Of the n bytes before the line end. */
static bool
cut_avx2(uint32_t *end, size_t cells, const struct csv_form *f, const char *s,
    size_t n, size_t readable)
{
	const __m256i delimiter = _mm256_set1_epi8(f->delimiter);
	const __m256i quote = _mm256_set1_epi8(f->quote);
	size_t have = 0;
	char last[64];

	for (size_t at = 0; at < n; at += 64) {
		uint64_t mask = n - at < 64 ? ((uint64_t)1 << (n - at)) - 1 :
		    UINT64_MAX;
		const char *p = s + at;
		uint64_t cuts;

		if (readable - at < 64) {
			memset(last, 0, sizeof(last));
			memcpy(last, p, n - at);
			p = last;
		}
		if (f->quote != '\0' && (bytes_like(p, quote) & mask) != 0)
			return false;
		cuts = bytes_like(p, delimiter) & mask;
		if (have + (size_t)__builtin_popcountll(cuts) >= cells)
			return false;
		for (; cuts != 0; cuts &= cuts - 1)
			end[have++] = (uint32_t)(at +
			    (size_t)__builtin_ctzll(cuts));
	}
	end[have++] = (uint32_t)n;
	return have == cells;
}
#pragma GCC pop_options
#else
#define cut_avx2(end, cells, f, s, n, readable) (false)
#endif

/* Spaces that cut cells are none that lead them. */
bool
raw_row_can(const struct csv_form *f)
{
	return machine_has_avx2() && f->escape == '\0' &&
	    f->delimiter != '\0' && strchr(",;\t|", f->delimiter) != NULL;
}

bool
raw_row_cut(uint32_t *end, size_t cells, const struct csv_form *f,
    const char *s, const char *stop, const char *limit)
{
	size_t n = (size_t)(stop - s);

	return n > 0 && n < UINT32_MAX && stop[-1] == f->eol &&
	    cut_avx2(end, cells, f, s, n - 1, (size_t)(limit - s));
}
