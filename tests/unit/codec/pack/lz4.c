/* LZ4's blocks, bare and framed, and what is none. */
#include <string.h>

#include "codec/pack/lz4.h"
#include "../../tap.h"

int
main(void)
{
	char out[600], framed[24] = { 0, 0, 0, 5, 0, 0, 0, 6, 0x50, 'h', 'e',
	    'l', 'l', 'o', 0, 0, 0, 1, 0, 0, 0, 2, 0x10, '!' };
	char run[8] = { 0x1f, 'x', 1, 0, (char)255, (char)200, 0x10, 'y' };

	ok(lz4_unpack(out, 5, "\x50hello", 6) && memcmp(out, "hello", 5) == 0,
	    "literals alone");
	ok(lz4_unpack(out, 476, run, 8) && out[474] == 'x' && out[475] == 'y',
	    "a long match that runs into itself");
	ok(!lz4_unpack(out, 475, run, 8), "a match beyond the end");
	ok(!lz4_unpack(out, 477, run, 8), "another size");
	ok(!lz4_unpack(out, 476, run, 5), "a length cut short");
	ok(!lz4_unpack(out, 476, "\x1fx\2\0\xff\xc8\x10y", 8),
	    "a match from before the beginning");
	ok(lz4_unpack_framed(out, 6, framed, 24) &&
	    memcmp(out, "hello!", 6) == 0, "two framed blocks");
	ok(!lz4_unpack_framed(out, 6, framed, 23), "a frame cut short");
	framed[3] = 9;
	ok(!lz4_unpack_framed(out, 6, framed, 24), "a frame of another size");
	return tap_done();
}
