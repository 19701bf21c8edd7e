/* A dictionary numbers its words as they come. */
#include "base/intern.h"
#include "../tap.h"

static void
test_numbers(void)
{
	struct intern *t = intern_new();
	char text[16];
	int good = 1;

	for (int i = 0; i < 10000; i++) {
		int n = snprintf(text, sizeof(text), "k%d", i);

		good &= intern_add(t, text, (size_t)n) == (uint32_t)i;
	}
	ok(good && intern_count(t) == 10000, "numbers by first appearance");
	is_int(intern_find(t, "k77", 3), 77, "found");
	is_int(intern_find(t, "k10000", 6), INTERN_NONE, "not found");
	is_text(intern_text(t, 9999, NULL), "k9999", "text back");
	intern_free(t);
}

/* Every string of up to three letters of a few, and longer ones that differ in
 * one place alone: each its own. */
static void
test_short(void)
{
	struct intern *t = intern_new();
	char s[12] = { 0 };
	uint32_t n = 0;
	int good = 1;

	for (size_t len = 0; len <= 3; len++)
		for (int k = 0; k < 1 << 3 * len; k++) {
			for (size_t i = 0; i < len; i++)
				s[i] = "\0abz\x80\xff 0"[k >> 3 * i & 7];
			good &= intern_add(t, s, len) == n++;
		}
	for (size_t len = 4; len <= 11; len++)
		for (size_t at = 0; at < len; at++)
			for (int c = 1; c < 256; c++) {
				memset(s, 0, sizeof(s));
				s[at] = (char)c;
				good &= intern_add(t, s, len) == n++;
			}
	ok(good && intern_count(t) == n, "short strings are told apart");
	good = intern_find(t, "abz", 3) != INTERN_NONE &&
	    intern_find(t, "abc", 3) == INTERN_NONE;
	ok(good, "and found");
	intern_free(t);
}

int
main(void)
{
	test_numbers();
	test_short();
	return tap_done();
}
