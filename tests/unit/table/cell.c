/* Cells as text: plain numbers in one go against the C library. */
#include <stdlib.h>
#include <string.h>

#include "table/cell.h"
#include "base/rng.h"
#include "../tap.h"

/* A number of random shape, with what is behind it; its end. */
static size_t
write_number(char *s, struct rng *r)
{
	static const char behind[] = ",;\n e+\xff\x80.";
	size_t n = 0, whole = rng_below(r, 6), rest = rng_below(r, 7);

	if (rng_below(r, 3) == 0)
		s[n++] = '-';
	for (size_t i = 0; i < whole; i++)
		s[n++] = (char)('0' + rng_below(r, 10));
	if (rng_below(r, 5) != 0)
		s[n++] = '.';
	for (size_t i = 0; i < rest; i++)
		s[n++] = (char)('0' + rng_below(r, 10));
	s[n] = behind[rng_below(r, sizeof(behind) - 1)];
	memset(s + n + 1, '7', 12);
	s[n + 13] = ',';
	s[n + 14] = '\0';
	return n;
}

int
main(void)
{
	struct rng r;
	int wrong = 0, read = 0;

	rng_seed(&r, 5, 0);
	for (int i = 0; i < 300000; i++) {
		char s[64];
		char *stop;
		size_t n = write_number(s, &r);
		double v = 0, want = strtod(s, &stop);
		const char *end = cell_scan_float(s, s + n, &v);
		const char *far = cell_scan_float(s, s + n + 12, &v);

		if (far == NULL)
			continue;
		read++;
		wrong += far != stop || v != want;
		if (end != NULL) {
			cell_scan_float(s, s + n, &v);
			wrong += end != stop || v != want;
		}
	}
	ok(wrong == 0, "short numbers are read as strtod reads them");
	ok(read > 150000, "most of them in one go");
	return tap_done();
}
