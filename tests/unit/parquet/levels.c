/* Runs and bit-packed groups, read from bytes that may lie. */
#include <string.h>

#include "parquet/levels.h"
#include "../tap.h"

/* Numbers of every width, as many as are no whole groups, bit by bit. */
static bool
same_widths(void)
{
	uint8_t bytes[32 * 45 / 8 + 8 + UNPACK_SLACK];
	uint32_t out[45];
	bool same = true;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 167 + 13);
	for (size_t width = 0; width <= 32; width++) {
		bits_unpack32(out, 45, (int)width, bytes);
		for (size_t i = 0, bit = 0; i < 45; i++) {
			uint32_t v = 0;

			for (size_t k = 0; k < width; k++, bit++)
				v |= (uint32_t)(bytes[bit / 8] >> bit % 8 &
				    1) << k;
			same = same && out[i] == v;
		}
	}
	return same;
}

int
main(void)
{
	/* a run of five 3s, then 0..7 packed in three bits; slack behind */
	static const uint8_t both[16] = { 10, 3, 3, 0x88, 0xc6, 0xfa };
	static const uint8_t packed[20] = { 0x88, 0xc6, 0xfa };
	uint32_t out[20];
	uint64_t wide[4];
	uint8_t small[20];
	bool same = true;

	ok(levels_read32(out, 13, 3, 7, both, both + 6), "a run and a group");
	for (uint32_t i = 0; i < 13; i++)
		same = same && out[i] == (i < 5 ? 3 : i - 5);
	ok(same, "its values");
	ok(levels_read8(small, 13, 3, 7, both, both + 6) && small[12] == 7 &&
	    small[4] == 3, "the same as bytes");
	ok(!levels_read32(out, 13, 3, 6, both, both + 6), "a value too large");
	ok(!levels_read8(small, 14, 3, 7, both, both + 6), "a value too few");
	ok(!levels_read32(out, 5, 3, 7, both, both + 1), "a run without value");
	ok(!levels_read8(small, 5, 9, 7, both, both + 6), "too wide for bytes");
	ok(levels_read32(out, 9, 0, 0, (const uint8_t *)"\x03", (const uint8_t *)
	    "\x03" + 1) == false, "no bits: eight of nine values");
	bits_unpack64(wide, 2, 64, (const uint8_t *)
	    "\1\0\0\0\0\0\0\x80\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	ok(wide[0] == (UINT64_C(1) << 63 | 1) && wide[1] == 2, "64 bits");
	bits_unpack32(out, 8, 3, packed);
	ok(out[0] == 0 && out[1] == 1 && out[7] == 7, "three bits");
	ok(same_widths(), "every width");
	memset(small, 1, sizeof(small));
	small[3] = small[19] = 0;
	is_int((long)levels_count8(small, 20, 1), 18, "levels counted");
	is_int((long)levels_count8(small, 0, 1), 0, "none counted");
	is_int(levels_width(0), 0, "no bits for nothing");
	is_int(levels_width(8), 4, "four bits for eight");
	return tap_done();
}
