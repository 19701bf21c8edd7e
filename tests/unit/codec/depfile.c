/* Rules of make in which compilers say what they read. */
#include "codec/depfile.h"

#include <string.h>

#include "base/buf.h"

#include "../tap.h"

/* The paths with '|' between them, or the error. */
static const char *
paths_of(struct arena *a, const char *text)
{
	const char **path, *all = "";
	struct err e = ERR_INIT;
	size_t n;

	if (depfile_parse(&path, &n, a, text, strlen(text), &e) < 0)
		return arena_strdup(a, e.msg);
	for (size_t i = 0; i < n; i++)
		all = arena_printf(a, "%s%s%s", all, i ? "|" : "", path[i]);
	return all;
}

/* Not cut off, not passed over. */
static void
test_long_name(struct arena *a)
{
	struct buf b;

	buf_init(&b, DEPFILE_BYTES_MAX);
	buf_adds(&b, "a.o: ");
	for (size_t i = 0; i <= BUF_CAP_SMALL; i++)
		buf_addc(&b, 'x');
	buf_adds(&b, " b.h\n");
	ok(strstr(paths_of(a, b.data), "b.h") == NULL, "a name that is too long");
	buf_free(&b);
}

int
main(void)
{
	static const char *const cases[][3] = {
		{ "a.o: a.c b.h\n", "a.c|b.h", "one rule" },
		{ "a.o a.d : a.c", "a.c", "two targets, a blank, no last end of line" },
		{ "a.o: a.c \\\n  b.h \\\r\n\tc.h\n", "a.c|b.h|c.h", "a rule goes on" },
		{ "a.o: a.c\\\n b.h\\\n", "a.c|b.h", "right behind a word, too" },
		{ "a.o: a.c b.h\nb.h:\nc.h:\n\n", "a.c|b.h", "phony rules of gcc -MP" },
		{ "a.o: a.c\n\n\nb.o: b.c\r\n", "a.c|b.c", "several rules" },
		{ "a.o: with\\ space.h a\\#b $$x a\\:b\n", "with space.h|a#b|$x|a:b",
		    "what make needs said twice" },
		{ "a.o: a\\\\ b c\\\\\\ d\n", "a\\|b|c\\ d", "pairs before a blank" },
		{ "a.o: a\\b c:\\d\n", "a\\b|c:\\d", "else a backslash is one" },
		{ "a.o:a.c # words\n# more: words\n", "a.c", "comments" },
		{ "a.o: a#b\n", "a#b", "no comment within a word" },
		{ "", "", "nothing" },
		{ "a.o:\n", "", "a rule that needs nothing" },
		{ "a.o: x\nwords\n", "line 2 is no rule of make: there is no "
		    "colon", "words" },
		{ "a.o: x y \\", "x|y|\\", "a backslash at the end" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		is_text(paths_of(&a, cases[i][0]), cases[i][1], "%s",
		    cases[i][2]);
	test_long_name(&a);
	arena_free(&a);
	return tap_done();
}
