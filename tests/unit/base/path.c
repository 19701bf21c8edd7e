/* File names taken apart and put together. */
#include <stdlib.h>

#include "base/path.h"
#include "../tap.h"

static void
test_parts(void)
{
	char *s;

	is_text(s = path_folder("a/b/c"), "a/b", "folder of a/b/c");
	free(s);
	is_text(s = path_folder("a"), ".", "folder of a");
	free(s);
	is_text(s = path_folder("/a"), "/", "folder of /a");
	free(s);
	is_text(s = path_folder("a/b/"), "a", "folder of a/b/");
	free(s);
	is_text(s = path_stem("x/churn.csv"), "churn", "stem");
	free(s);
	is_text(s = path_stem(".profile"), ".profile", "a dot file has no extension");
	free(s);
	ok(path_is_below("a/b") && !path_is_below("a/../b") &&
	    !path_is_below("/a") && !path_is_below("") && !path_is_below("a//b"),
	    "path_is_below");
	is_text(s = path_relative("/r", "/r/a/b"), "a/b", "relative");
	free(s);
	ok(path_relative("/r", "/ra") == NULL, "a longer name is not below");
}

static void
test_clean(void)
{
	static const char *const pair[][2] = { { "a/./b/../c", "a/c" },
	    { "../a/..", ".." }, { "a/..", "." }, { "", "." }, { "/a/..//b/", "/b" },
	    { "../../a", "../../a" }, { "a//b/", "a/b" } };
	char *s;

	for (size_t i = 0; i < sizeof(pair) / sizeof(*pair); i++) {
		s = path_clean(pair[i][0]);
		is_text(s, pair[i][1], "clean '%s'", pair[i][0]);
		free(s);
	}
}

int
main(void)
{
	test_parts();
	test_clean();
	return tap_done();
}
