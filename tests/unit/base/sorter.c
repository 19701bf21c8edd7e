/* Records in order, in memory and from runs. */
#include "base/sorter.h"

#include <stdlib.h>

#include "../tap.h"

/* Numbers in a scattered order, with a tail of some bytes each. */
static void
sorts(uint32_t n, size_t memory, const char *what)
{
	struct sorter *s = sorter_new(memory, "/tmp");
	struct err e = ERR_INIT;
	const void *p;
	uint32_t seen = 0;
	size_t len;
	int r = 0, good = 1;

	for (uint32_t i = 0; r == 0 && i < n; i++) {
		uint32_t v = (uint32_t)((uint64_t)i * 48271 % n);
		struct buf b;

		buf_init(&b, 256);
		sorter_put_u32(&b, v);
		for (uint32_t k = 0; k < v % 5; k++)
			buf_addc(&b, 'x');
		r = sorter_add(s, b.data, b.len, &e);
		buf_free(&b);
	}
	if (r == 0)
		r = sorter_sort(s, &e);
	while (r >= 0 && (r = sorter_next(&p, &len, s, &e)) > 0) {
		good &= sorter_get_u32(p) == seen && len == 4 + seen % 5;
		seen++;
	}
	ok(r == 0 && good && seen == n && sorter_count(s) == n, "%s", what);
	sorter_free(s);
}

static void
falls(void)
{
	static const double v[] = { 1e300, 2.5, 2, 1e-310, 0, -1e-310, -2,
	    -2.5, -1e300 };
	char last[8] = { 0 };
	int good = 1;

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct buf b;

		buf_init(&b, 64);
		sorter_put_falling(&b, v[i]);
		good &= sorter_get_falling(b.data) == v[i];
		good &= i == 0 || memcmp(last, b.data, 8) < 0;
		memcpy(last, b.data, 8);
		buf_free(&b);
	}
	ok(good, "falling doubles have rising bytes, and come back");
}

static void
texts(void)
{
	static const struct { const char *s; size_t n; } v[] = {
		{ "", 0 }, { "\0", 1 }, { "\0\0", 2 }, { "\0a", 2 },
		{ "\1", 1 }, { "\2", 1 }, { "a", 1 }, { "a\0b", 3 },
		{ "a\1", 2 }, { "ab", 2 },
	};
	struct buf last, b;
	int good = 1;

	buf_init(&last, 64);
	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		buf_init(&b, 64);
		sorter_put_text(&b, v[i].s, v[i].n);
		good &= sorter_text_bytes(b.data, b.len) == b.len;
		good &= i == 0 || memcmp(last.data, b.data, last.len < b.len ?
		    last.len : b.len) < 0;
		buf_free(&last);
		last = b;
	}
	buf_free(&last);
	ok(good, "texts have the order of their bytes, zeros among them");
}

static void
refuses(void)
{
	struct sorter *s = sorter_new(1 << 16, "/nowhere");
	struct err e = ERR_INIT;
	char *big = calloc(1, SORTER_RECORD_MAX + 1);
	int r = 0;

	ok(sorter_add(s, big, SORTER_RECORD_MAX + 1, &e) < 0 &&
	    e.code == ERR_TOOBIG, "a record beyond the cap is refused");
	for (int i = 0; r == 0 && i < 100; i++)
		r = sorter_add(s, big, 4096, &e);
	ok(r < 0 && e.code == ERR_NOENT, "a folder that is not there is said");
	free(big);
	sorter_free(s);
}

int
main(void)
{
	sorts(0, 1 << 20, "nothing");
	sorts(1000, 1 << 20, "in memory");
	sorts(100003, 1 << 17, "from runs");
	sorts(100003, 1 << 14, "from more runs than are merged at once");
	falls();
	texts();
	refuses();
	return tap_done();
}
