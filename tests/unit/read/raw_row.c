/* Rows cut by words of bits end their cells where csv_cell ends them. */
#include "read/raw_row.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "../tap.h"

#define CELLS 200

/* What csv_cell says of a row without quotes; 0: it has some. */
static size_t
cut_slowly(uint32_t *end, const struct csv_form *f, const char *s,
    const char *stop)
{
	const char *p = s;
	struct csv_cell c;
	size_t n = 0;

	if (memchr(s, f->quote, (size_t)(stop - s)) != NULL)
		return 0;
	do {
		p = csv_cell(f, p, stop, &c);
		end[n++] = (uint32_t)(p - s);
	} while (*p++ != f->eol);
	return n;
}

/* A row of so many bytes and its line end, and nothing behind it. */
static bool
same_cells(const struct csv_form *f, struct rng *r, size_t n)
{
	static const char bytes[] = "abc12. \t,;|\xc3\xa9";
	uint32_t want[CELLS + 1], end[CELLS + 1];
	char *s = xalloc(n + 1, 1);
	bool same;
	size_t k;

	for (size_t i = 0; i < n; i++)
		s[i] = rng_below(r, 400) == 0 ? '"' :
		    bytes[rng_below(r, sizeof(bytes) - 1)];
	s[n] = f->eol;
	k = cut_slowly(want, f, s, s + n + 1);
	if (k == 0)
		same = !raw_row_cut(end, 1, f, s, s + n + 1, s + n + 1);
	else
		same = raw_row_cut(end, k, f, s, s + n + 1, s + n + 1) &&
		    memcmp(want, end, k * sizeof(*end)) == 0 &&
		    !raw_row_cut(end, k + 1, f, s, s + n + 1, s + n + 1) &&
		    (k == 1 || !raw_row_cut(end, k - 1, f, s, s + n + 1,
		    s + n + 1));
	free(s);
	return same;
}

int
main(void)
{
	static const char delimiters[] = ",;\t|";
	struct csv_form f = { ',', '\n', '"', 0, 0 };
	struct rng r;

	f.delimiter = ' ';
	ok(!raw_row_can(&f), "spaces that cut cells are left to others");
	f.delimiter = ',';
	f.escape = '\\';
	ok(!raw_row_can(&f), "escapes are left to others");
	f.escape = '\0';
	if (!raw_row_can(&f))
		return tap_done();	/* no such processor */
	rng_seed(&r, 7, 0);
	for (size_t i = 0; i < 2 * 4; i++) {
		bool same = true;

		f.delimiter = delimiters[i % 4];
		f.eol = i < 4 ? '\n' : '\r';
		for (size_t n = 0; n < CELLS; n++)
			for (size_t k = 0; k < 20; k++)
				same = same_cells(&f, &r, n) && same;
		ok(same, "rows of 0 to %d bytes, delimiter %d, line end %d",
		    CELLS - 1, f.delimiter, f.eol);
	}
	return tap_done();
}
