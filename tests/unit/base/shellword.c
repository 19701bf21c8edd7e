/* Words that can be pasted into a shell. */
#include "base/shellword.h"

#include "../tap.h"

static void
is_word(const char *s, const char *want)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	shellword_add(&b, s);
	is_text(b.data, want, "the word of %s", s);
	buf_free(&b);
}

static void
is_list(const char *const *names, size_t n, const char *want)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	shellword_add_list(&b, names, n);
	is_text(b.data, want, "a list of %s and so on", names[0]);
	buf_free(&b);
}

int
main(void)
{
	static const char *const easy[] = { "age", "MonthlyCharges" };
	static const char *const odd[] = { "Last, First", "a b", "\"x\"",
	    "it's" };

	is_word("age", "age");
	is_word("data:churn@1", "data:churn@1");
	is_word("", "''");
	is_word("two words", "'two words'");
	is_word("it's", "'it'\\''s'");
	is_word("$HOME", "'$HOME'");
	is_word("stra\xc3\x9f" "e", "'stra\xc3\x9f" "e'");
	is_list(easy, 2, "age,MonthlyCharges");
	is_list(odd, 4, "'\"Last, First\",a b,\"\"\"x\"\"\",it'\\''s'");
	return tap_done();
}
