/* Repositories made, found from below, and not found. */
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "fixture.h"

int
main(void)
{
	struct repo *s, *below;
	struct err e = ERR_INIT;
	char *deep;
	bool made;

	ok(repo_open(&s, "/", &(struct repo_opts){ 0 }, &e) < 0, "no repository above the root");
	is_int(e.code, ERR_NOENT, "is said to be none");
	s = begin_repo();
	ok(repo_init(&made, top, &(struct repo_opts){ 0 }, &e) == 0, "it is made again");
	ok(!made, "and was there before");
	deep = path_join(top, "a/b");
	ok(file_make_folders(os_real(), deep, &e) == 0, "a folder in it");
	ok(repo_open(&below, deep, &(struct repo_opts){ 0 }, &e) == 0, "from there it is found");
	is_text(repo_top(below), repo_top(s), "by the same top");
	repo_close(below);
	free(deep);
	return end_repo(s);
}
