/* The names in a folder; a folder removed. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/path.h"
#include "../tap.h"

static void
make_file(const char *folder, const char *name)
{
	char *path = path_join(folder, name);
	struct err e = ERR_INIT;

	ok(file_replace(os_real(), path, "x", 1, 0644, &e) == 0, "%s is made", name);
	free(path);
}

static void
test_names(const char *folder)
{
	char *none = path_join(folder, "none");
	struct err e = ERR_INIT;
	char **names;
	size_t n;

	make_file(folder, "b");
	make_file(folder, ".hidden");
	make_file(folder, "a");
	ok(folder_names(&names, &n, folder, &e) == 0 && n == 2,
	    "names with a dot in front are left out");
	is_text(n == 2 ? names[0] : "", "a", "names are sorted");
	folder_names_free(names, n);
	ok(folder_names(&names, &n, none, &e) == 0 && n == 0,
	    "a folder that is not there has none");
	folder_names_free(names, n);
	free(none);
}

static void
test_remove(const char *folder)
{
	char *top = path_join(folder, "top"), *in = path_join(top, "in");
	char *link = path_join(in, "link");
	struct err e = ERR_INIT;
	struct stat st;

	ok(mkdir(top, 0777) == 0 && mkdir(in, 0777) == 0 &&
	    symlink(folder, link) == 0, "a folder with a link in it");
	make_file(in, ".hidden");
	ok(folder_remove(top, &e) == 0 && lstat(top, &st) < 0,
	    "a folder goes with all below");
	free(link);
	link = path_join(folder, "b");
	ok(stat(link, &st) == 0, "what a link in it leads to stays");
	ok(folder_remove(top, &e) == 0, "one that is not there is removed");
	free(link);
	free(in);
	free(top);
}

static void
test_new(const char *folder)
{
	char *path = path_join(folder, "made"), *file = path_join(path, "a");
	struct err e = ERR_INIT;
	struct new_folder f, other;
	struct stat st;

	ok(new_folder_open(&f, os_real(), path, &e) == 0 &&
	    new_folder_add(&f, "a", "xy", 2, &e) == 0, "a folder is begun");
	ok(stat(path, &st) < 0, "until it is committed it is not there");
	new_folder_drop(&f);
	ok(stat(path, &st) < 0, "dropped it never was");
	ok(new_folder_open(&f, os_real(), path, &e) == 0 &&
	    new_folder_add(&f, "a", "xy", 2, &e) == 0 &&
	    new_folder_open(&other, os_real(), path, &e) == 0 &&
	    new_folder_commit(&f, &e) == 0, "one of two is first");
	ok(f.files == 1 && f.bytes == 2, "what is in it was counted");
	new_folder_drop(&f);
	ok(stat(file, &st) == 0 && st.st_size == 2, "a committed one stays");
	ok(new_folder_commit(&other, &e) < 0 && e.code == ERR_EXISTS,
	    "the other finds it taken");
	new_folder_drop(&other);
	ok(new_folder_open(&f, os_real(), path, &e) < 0 && e.code == ERR_EXISTS,
	    "a third is told so at once");
	free(file);
	free(path);
}

int
main(void)
{
	char folder[] = "/tmp/mlv-unit.XXXXXX";

	if (mkdtemp(folder) == NULL)
		return 1;
	test_names(folder);
	test_remove(folder);
	test_new(folder);
	execlp("sh", "sh", "-c", "rm -rf \"$0\"; exit $1", folder,
	    tap_done() ? "1" : "0", (char *)NULL);
	return 1;
}
