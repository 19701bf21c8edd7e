/* Patterns of gitignore(5), each against paths that it takes and leaves. */
#include <string.h>

#include "../tap.h"
#include "codec/gitignore.h"

static const char *
verdict(const char *text, const char *path, bool is_folder)
{
	static const char *const word[] = { "none", "yes", "no" };
	struct gitignore *g = gitignore_new(text, strlen(text));
	enum gitignore_verdict v = gitignore_match(g, path, is_folder);

	gitignore_free(g);
	return word[v];
}

static const struct {
	const char *text, *path;
	bool folder;
	const char *want;
} cases[] = {
	{ "", "a", false, "none" },
	{ "# a\n\n", "# a", false, "none" },
	{ "\\#a\n", "#a", false, "yes" },
	{ "\\!a\n", "!a", false, "yes" },
	{ "a\n", "a", false, "yes" },
	{ "a\n", "b/a", false, "yes" },
	{ "a\n", "ab", false, "none" },
	{ "/a\n", "a", false, "yes" },
	{ "/a\n", "b/a", false, "none" },
	{ "a/\n", "a", false, "none" },
	{ "a/\n", "b/a", true, "yes" },
	{ "a/b\n", "a/b", false, "yes" },
	{ "a/b\n", "c/a/b", false, "none" },
	{ "*.tmp\n", "x/y.tmp", false, "yes" },
	{ "*.tmp\n!keep.tmp\n", "keep.tmp", false, "no" },
	{ "!keep.tmp\n*.tmp\n", "keep.tmp", false, "yes" },
	{ "*.tmp", "y.tmp", false, "yes" },
	{ "a?c\n", "abc", false, "yes" },
	{ "a?c\n", "ac", false, "none" },
	{ "a/*\n", "a/b", false, "yes" },
	{ "a/*\n", "a/b/c", false, "none" },
	{ "a*\n", "abc", false, "yes" },
	{ "*a*b*c*\n", "xxaxxbxxc", false, "yes" },
	{ "*a*b*c*\n", "xxaxxcxxb", false, "none" },
	{ "**/a\n", "a", false, "yes" },
	{ "**/a\n", "x/y/a", false, "yes" },
	{ "**/a\n", "x/ya", false, "none" },
	{ "a/**\n", "a/b/c", false, "yes" },
	{ "a/**\n", "a", true, "none" },
	{ "a/**/b\n", "a/b", false, "yes" },
	{ "a/**/b\n", "a/x/y/b", false, "yes" },
	{ "a/**/b\n", "a/x/yb", false, "none" },
	{ "a**b\n", "axxb", false, "yes" },
	{ "a**b\n", "a/b", false, "none" },
	{ "[a-c]x\n", "bx", false, "yes" },
	{ "[!a-c]x\n", "bx", false, "none" },
	{ "[^a-c]x\n", "dx", false, "yes" },
	{ "[]]x\n", "]x", false, "yes" },
	{ "[[:digit:]]x\n", "7x", false, "yes" },
	{ "[[:digit:]]x\n", "ax", false, "none" },
	{ "[a\n", "[a", false, "yes" },
	{ "a \n", "a", false, "yes" },
	{ "a\\ \n", "a ", false, "yes" },
	{ "a\r\n", "a", false, "yes" },
	{ "\\*\n", "*", false, "yes" },
	{ "\\*\n", "x", false, "none" },
	{ "/\n", "a", true, "none" },
	{ "\xff*\n", "\xff\xfe", false, "yes" },
	{ "*\n!*/\n", "a", true, "no" },
};

int
main(void)
{
	char slow[256], text[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		is_text(verdict(cases[i].text, cases[i].path, cases[i].folder), cases[i].want,
		    "pattern %zu against %s", i, cases[i].path);
	memset(slow, 'a', 200);
	slow[200] = '\0';
	for (size_t i = 0; i < 60; i++)
		memcpy(text + 2 * i, "a*", 2);
	memcpy(text + 120, "b\n", 3);
	is_text(verdict(text, slow, false), "none", "sixty stars are answered at once");
	return tap_done();
}
