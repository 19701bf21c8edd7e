/* Cells of a comparison: their canonical texts and their bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "rowdiff/cells.h"
#include "../tap.h"

static void
is_canonical(const char *text, const char *want, enum value_kind kind)
{
	char got[64];
	struct cell_look l;

	cell_look(&l, text, strlen(text), false);
	snprintf(got, sizeof(got), "%.*s", (int)l.n, l.s);
	is_text(got, want, "'%s' is '%s'", text, want);
	ok(l.kind == kind, "and of kind %d", (int)kind);
	ok(l.odd == (strcmp(text, want) != 0), "and odd if it changed");
}

/* Every decimal has the text that numbers are printed as. */
static void
many_decimals(void)
{
	char text[64], want[NUM_TEXT_MAX];
	struct cell_look l;
	struct rng r;
	double v;
	size_t bad = 0, n;

	rng_seed(&r, 7, 0);
	for (int i = 0; i < 200000; i++) {
		snprintf(text, sizeof(text), "%.*f", (int)rng_below(&r, 9),
		    (rng_f64(&r) - 0.5) * (double)(rng_below(&r, 3) ? 100 :
		    100000000));
		cell_look(&l, text, strlen(text), false);
		v = strtod(text, NULL);
		n = num_print_f64(want, v == 0 ? 0 : v);
		if (l.n != n || memcmp(l.s, want, n) != 0 || l.v != v) {
			printf("# %s: %.*s, not %s\n", text, (int)l.n, l.s,
			    want);
			bad++;
		}
	}
	ok(bad == 0, "decimals are what numbers are printed as");
}

static void
as_bytes(void)
{
	static const size_t sizes[] = { 0, 1, 3, 4, 7, 8, 15, 16, 17, 253,
	    254, 255, 70000 };
	char *text = calloc(1, 70000), *room = malloc(70000 + CELL_HEAD_MAX);
	struct rowdiff_cell c;
	char *end;

	for (int i = 0; i < 70000; i++)
		text[i] = (char)(i * 37);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		end = cell_encode(room, text, sizes[i]);
		ok(cell_decode(&c, room) == end && c.n == sizes[i] &&
		    memcmp(c.s, text, c.n) == 0, "%zu bytes come back",
		    sizes[i]);
	}
	end = cell_encode(room, NULL, 0);
	ok(cell_decode(&c, room) == end && c.s == NULL, "and a missing one");
	free(text);
	free(room);
}

int
main(void)
{
	is_canonical("1.50", "1.5", VALUE_FLOAT);
	is_canonical("12.00", "12", VALUE_FLOAT);
	is_canonical("0.0", "0", VALUE_FLOAT);
	is_canonical("-0.00", "0", VALUE_FLOAT);
	is_canonical("-0", "0", VALUE_INT);
	is_canonical("+7", "7", VALUE_INT);
	is_canonical("1e3", "1000", VALUE_FLOAT);
	is_canonical("0.000001", "0.000001", VALUE_FLOAT);
	is_canonical("9007199254740993", "9007199254740993", VALUE_INT);
	is_canonical("1234567890123456789", "1234567890123456789", VALUE_INT);
	is_canonical("0.30000000000000004", "0.30000000000000004",
	    VALUE_FLOAT);
	is_canonical("TRUE", "true", VALUE_BOOL);
	is_canonical("007", "007", VALUE_STRING);
	is_canonical("1.2.3", "1.2.3", VALUE_STRING);
	is_canonical("1,5", "1,5", VALUE_STRING);
	is_canonical("-", "-", VALUE_STRING);
	is_canonical("truth", "truth", VALUE_STRING);
	is_canonical("2026-01-02 03:04", "2026-01-02 03:04", VALUE_DATE);
	many_decimals();
	as_bytes();
	return tap_done();
}
