/* What stands as %XX in a URL. */
#include <string.h>

#include "../tap.h"
#include "base/percent.h"

static void
decodes(const char *from, const char *want, size_t n)
{
	char s[64];
	size_t got;

	snprintf(s, sizeof(s), "%s", from);
	got = percent_decode(s, strlen(s));
	ok(got == n && memcmp(s, want, n + 1) == 0, "%s", from);
}

int
main(void)
{
	decodes("plain", "plain", 5);
	decodes("p%40ss%2fw", "p@ss/w", 6);
	decodes("%C3%a9", "\xc3\xa9", 2);
	decodes("a%00b", "a\0b", 3);
	decodes("100%", "100%", 4);
	decodes("%4", "%4", 2);
	decodes("%zz%41", "%zzA", 4);
	decodes("%%41", "%A", 2);
	decodes("", "", 0);
	return tap_done();
}
