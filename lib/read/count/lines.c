/*
 * Plain rows counted 64 bytes at a time: which of them are line ends,
 * delimiters and quotes are the bits of three words.  Where the processor
 * cannot, no row is surely plain.
 */
#include "read/count/lines.h"

#include "base/machine.h"
#include "read/csv/window.h"

#if CSV_HAS_WINDOW
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,bmi")

static const char *
count_avx2(uint64_t *rows, const struct csv_form *f, size_t columns,
    const char *p, const char *end)
{
	const char *row = p;
	size_t have = 1;		/* cells of the row so far */

	for (; end - p >= CSV_WINDOW_BYTES; p += CSV_WINDOW_BYTES) {
		uint64_t ends = bits_equal(p, f->eol);
		uint64_t cuts = bits_equal(p, f->delimiter);
		uint64_t quotes = bits_equal(p, f->quote);

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
