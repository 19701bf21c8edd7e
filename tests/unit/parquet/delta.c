/* Deltas: integers in blocks, byte arrays on them, and what is none. */
#include <string.h>

#include "parquet/delta.h"
#include "../tap.h"

/* 7 5 3 1 2: first 7, then deltas -2 -2 -2 1 above -2: 0 0 0 3 in two bits. */
static const uint8_t five[40] = { 128, 1, 4, 5, 14, 3, 2, 0, 0, 0, 0xc0 };

static void
integers(void)
{
	const uint8_t *p = five;
	struct err e = ERR_INIT;
	int64_t out[8];

	ok(delta_read(out, 5, 64, &p, five + 19, &e) == 0, "five integers");
	ok(out[0] == 7 && out[1] == 5 && out[2] == 3 && out[3] == 1 &&
	    out[4] == 2, "their values");
	is_int(p - five, 18, "it ends behind the block");
	p = five;
	ok(delta_read(out, 5, 64, &p, five + 11, &e) == 0,
	    "the last block may be cut behind its values");
	p = five;
	ok(delta_read(out, 4, 64, &p, five + 19, &e) != 0,
	    "another number of values");
	p = five;
	ok(delta_read(out, 5, 64, &p, five + 9, &e) != 0, "cut in its widths");
	p = five;
	ok(delta_read(out, 5, 64, &p, five + 3, &e) != 0, "cut in its head");
}

static void
strings(void)
{
	/* shared 0 2 (zero and two), lengths 3 and 1, "abc" "d": abc abd */
	static const uint8_t in[40] = { 128, 1, 4, 2, 0, 4, 0, 0, 0, 0, 128, 1,
	    4, 2, 6, 3, 0, 0, 0, 0, 'a', 'b', 'c', 'd' };
	struct parquet_bytes v[2];
	struct err e = ERR_INIT;
	struct buf text;

	buf_init(&text, 5);
	ok(delta_strings(v, &text, 2, in, in + 24, &e) != 0,
	    "more text than its cap");
	buf_free(&text);
	buf_init(&text, 100);
	ok(delta_strings(v, &text, 2, in, in + 24, &e) == 0 && v[1].n == 3 &&
	    memcmp(v[0].s, "abc", 3) == 0 && memcmp(v[1].s, "abd", 3) == 0,
	    "strings that share their beginning");
	ok(delta_strings(v, &text, 2, in, in + 23, &e) != 0, "text cut short");
	ok(delta_lengths(v, 2, in + 10, in + 24, &e) == 0 && v[0].n == 3 &&
	    v[1].n == 1 && v[1].s[0] == 'd', "lengths and text");
	buf_free(&text);
}

int
main(void)
{
	integers();
	strings();
	return tap_done();
}
