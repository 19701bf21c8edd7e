/* Buffers stay under their cap and say so. */
#include "base/buf.h"
#include "../tap.h"

static void
test_cap(void)
{
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, 5);
	buf_adds(&b, "abc");
	buf_adds(&b, "defg");
	ok(b.failed && b.len == 3, "a buffer stays under its cap");
	is_int(buf_check(&b, &e), -1, "and says so");
	is_int(e.code, ERR_TOOBIG, "with the right code");
	buf_clear(&b);
	buf_le32(&b, 0x01020304);
	ok(b.data[0] == 4 && get_le32(b.data) == 0x01020304, "little-endian");
	buf_free(&b);
}

int
main(void)
{
	test_cap();
	return tap_done();
}
