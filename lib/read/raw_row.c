/*
 * Rows cut at the delimiters by words of 64 bits: a bit for each byte.
 */
#include "read/raw_row.h"

#include <string.h>

#include "read/csv/window.h"

#if CSV_HAS_WINDOW
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,bmi")

/* Of the n bytes before the line end. */
static bool
cut_avx2(uint32_t *end, size_t cells, const struct csv_form *f, const char *s,
    size_t n, size_t readable)
{
	size_t have = 0;
	char last[CSV_WINDOW_BYTES];

	for (size_t at = 0; at < n; at += sizeof(last)) {
		uint64_t mask = n - at < sizeof(last) ? ((uint64_t)1 << (n -
		    at)) - 1 : UINT64_MAX;
		const char *p = s + at;
		uint64_t cuts;

		if (readable - at < sizeof(last)) {
			memset(last, 0, sizeof(last));
			memcpy(last, p, n - at);
			p = last;
		}
		if (f->quote != '\0' && (bits_equal(p, f->quote) & mask) != 0)
			return false;
		cuts = bits_equal(p, f->delimiter) & mask;
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

bool
raw_row_can(const struct csv_form *f)
{
	return window_fits(f);
}

bool
raw_row_cut(uint32_t *end, size_t cells, const struct csv_form *f,
    const char *s, const char *stop, const char *limit)
{
	size_t n = (size_t)(stop - s);

	return n > 0 && n < UINT32_MAX && stop[-1] == f->eol &&
	    cut_avx2(end, cells, f, s, n - 1, (size_t)(limit - s));
}
