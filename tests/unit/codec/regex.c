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

/* The next match of a pattern in a text is exactly these bytes. */
static bool
next_is(struct regex_walk *w, const char *s, size_t at, const char *want)
{
	struct err e = ERR_INIT;
	size_t from, to;
	bool yes;

	if (regex_walk_next(&yes, &from, &to, w, s, strlen(s), at, &e) < 0)
		return false;
	return want ? yes && to - from == strlen(want) &&
	    memcmp(s + from, want, to - from) == 0 : !yes;
}

static void
test_walks(void)
{
	struct regex *r = NULL;
	struct regex_walk *w, *other;
	struct err e = ERR_INIT;
	size_t from, to;
	bool yes;

	ok(regex_new(&r, "a|ab|[0-9]+", false, &e) == 0, "a pattern for walks");
	w = regex_walk_new(r);
	other = regex_walk_new(r);
	ok(next_is(w, "x ab a 42", 0, "ab"), "the longest of the first");
	ok(next_is(other, "7", 0, "7"), "another walk stands elsewhere");
	ok(next_is(w, "x ab a 42", 4, "a"), "then the next");
	ok(next_is(w, "x ab a 42", 6, "42"), "and the last");
	ok(next_is(w, "x ab a 42", 9, NULL), "no more");
	ok(next_is(w, "\xff" "a", 0, NULL), "no text of UTF-8: none");
	regex_walk_free(w);
	regex_walk_free(other);
	regex_free(r);
	ok(regex_new(&r, "(a)\\1", false, &e) == 0, "a pattern that looks back");
	w = regex_walk_new(r);
	is_int(regex_walk_next(&yes, &from, &to, w, "aa", 2, 0, &e), -1,
	    "is refused on a walk");
	regex_walk_free(w);
	regex_free(r);
}

int
main(void)
{
	test_patterns();
	test_walks();
	return tap_done();
}
