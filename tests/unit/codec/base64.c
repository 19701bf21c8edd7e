/* Base64 there and back. */
#include "codec/base64.h"
#include "../tap.h"

static bool
is_code(const char *plain, const char *code)
{
	struct buf there, back;
	bool yes;

	buf_init(&there, BUF_CAP_SMALL);
	buf_init(&back, BUF_CAP_SMALL);
	base64_encode(&there, plain, strlen(plain));
	yes = strcmp(there.data, code) == 0 &&
	    base64_decode(&back, code, strlen(code)) &&
	    strcmp(back.data, plain) == 0;
	buf_free(&there);
	buf_free(&back);
	return yes;
}

static bool
is_none(const char *code)
{
	struct buf b;
	bool none;

	buf_init(&b, BUF_CAP_SMALL);
	none = !base64_decode(&b, code, strlen(code));
	buf_free(&b);
	return none;
}

int
main(void)
{
	ok(is_code("", ""), "nothing is nothing");
	ok(is_code("f", "Zg=="), "one byte");
	ok(is_code("fo", "Zm8="), "two");
	ok(is_code("foo", "Zm9v"), "three");
	ok(is_code("foobar", "Zm9vYmFy"), "six");
	ok(is_code("\xff\xfe\xfd", "//79"), "bytes that are no text");
	ok(is_none("Zm9v!"), "another sign is refused");
	ok(is_none("Z"), "and a sign too few");
	return tap_done();
}
