/* Patterns that match, and dangerous ones that are stopped. */
#include "codec/regex.h"
#include "../tap.h"

static void
test_patterns(void)
{
	struct regex *r = NULL;
	struct err e = ERR_INIT;
	char text[41], words[30000];
	bool yes;

	ok(regex_new(&r, "^[0-9]{4}-[A-Z]+$", false, &e) == 0, "compiles");
	ok(regex_find(&yes, r, "7590-VHVEG", 10, &e) == 0 && yes, "matches");
	ok(regex_find(&yes, r, "7590-vhveg", 10, &e) == 0 && !yes, "does not");
	ok(regex_find(&yes, r, "\xff", 1, &e) == 0 && !yes, "not UTF-8: no");
	regex_free(r);
	ok(regex_new(&r, "a|(?:ab )*", true, &e) == 0, "all of a text");
	ok(regex_find(&yes, r, "ab ab ", 6, &e) == 0 && yes, "matches");
	ok(regex_find(&yes, r, "ab", 2, &e) == 0 && !yes, "not in part");
	for (size_t i = 0; i < sizeof(words); i++)
		words[i] = "ab "[i % 3];
	ok(regex_find(&yes, r, words, sizeof(words), &e) == 0 && yes,
	    "a long text");
	regex_free(r);
	is_int(regex_new(&r, "(", false, &e), -1, "a bad pattern is refused");
	ok(regex_new(&r, "^(a+)+$", false, &e) == 0, "a dangerous one compiles");
	memset(text, 'a', 40);
	text[40] = '!';
	is_int(regex_find(&yes, r, text, 41, &e), -1, "and is stopped");
	regex_free(r);
}

int
main(void)
{
	test_patterns();
	return tap_done();
}
