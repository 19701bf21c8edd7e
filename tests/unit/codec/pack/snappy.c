/* Snappy's blocks: there and back, and what is none. */
#include <stdlib.h>
#include <string.h>

#include "codec/pack/snappy.h"
#include "../../tap.h"

/* Words of few letters, so that there is something to pack. */
static void
fill_text(char *to, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		to[i] = (char)('a' + (seed >> 60) % 3);
	}
}

static void
there_and_back(void)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 60, 61, 256, 257, 65535,
	    65536, 65537, 300000 };
	char *in = malloc(300001), *out = malloc(300001);
	bool all = true, shorter = false;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = sizes[i];
		struct buf b;

		buf_init(&b, BUF_CAP_DOC);
		fill_text(in, n, i);
		snappy_pack(&b, in, n);
		all = all && snappy_unpack(out, n, b.data, b.len) &&
		    (n == 0 || memcmp(in, out, n) == 0);
		shorter = n < 300000 ? shorter : b.len < n / 4 * 3;
		buf_free(&b);
	}
	ok(all, "blocks of every size unpack to what was packed");
	ok(shorter, "text of three letters packs to less than three quarters");
	free(in);
	free(out);
}

static void
refused(void)
{
	char out[64];

	ok(snappy_unpack(out, 5, "\x05\x10hello", 7) &&
	    memcmp(out, "hello", 5) == 0, "a literal");
	ok(snappy_unpack(out, 9, "\x09\x04" "ab\x0d\x02", 6) &&
	    memcmp(out, "ababababa", 9) == 0, "a copy that runs into itself");
	ok(!snappy_unpack(out, 6, "\x05\x10hello", 7), "another size");
	ok(!snappy_unpack(out, 5, "\x05\x10hell", 6), "a literal cut short");
	ok(!snappy_unpack(out, 9, "\x09\x04" "ab\x0d\x03", 6),
	    "a copy from before the beginning");
	ok(!snappy_unpack(out, 9, "\x09\x04" "ab\x0d\x00", 6),
	    "a copy from nowhere");
	ok(!snappy_unpack(out, 5, "\x05\x04" "ab\x0d\x02", 6),
	    "a copy beyond the end");
	ok(!snappy_unpack(out, 5, "", 0), "nothing at all");
}

int
main(void)
{
	there_and_back();
	refused();
	return tap_done();
}
