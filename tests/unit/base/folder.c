/* The names in a folder. */
#include <stdlib.h>
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

int
main(void)
{
	char folder[] = "/tmp/mlv-unit.XXXXXX";

	if (mkdtemp(folder) == NULL)
		return 1;
	test_names(folder);
	execlp("sh", "sh", "-c", "rm -rf \"$0\"; exit $1", folder,
	    tap_done() ? "1" : "0", (char *)NULL);
	return 1;
}
