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

int
main(void)
{
	test_parts();
	return tap_done();
}
