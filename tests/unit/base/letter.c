/* Lower and upper case of UTF-8 text. */
#include "base/letter.h"

#include <string.h>

#include "../tap.h"

static bool
becomes(const char *s, const char *want, bool upper)
{
	char out[256];
	size_t n = letter_case(out, s, strlen(s), upper);

	return n == strlen(want) && memcmp(out, want, n) == 0;
}

int
main(void)
{
	ok(becomes("Hello, World 42!", "hello, world 42!", false), "ASCII letters become lower case");
	ok(becomes("straße", "STRAßE", true), "a letter without a single upper case stays");
	ok(becomes("ÅÄÖ ŁÓDŹ ΑΘΗΝΑ МОСКВА", "åäö łódź αθηνα москва", false), "Latin, Greek and Cyrillic become lower case");
	ok(becomes("åäö łódź αθηνα москва", "ÅÄÖ ŁÓDŹ ΑΘΗΝΑ МОСКВА", true), "and upper case");
	ok(becomes("日本 \xff\xc3", "日本 \xff\xc3", false), "other signs and broken bytes stay");
	ok(letter_lower(0x10400) == 0x10428 && letter_upper(0x10428) == 0x10400, "beyond the first plane, too");
	ok(letter_lower(0x100) == 0x101 && letter_lower(0x101) == 0x101, "a run of every second letter skips the others");
	return tap_done();
}
