/* Folders that git knows nothing of. */
#include <stdlib.h>
#include <unistd.h>

#include "codec/git.h"
#include "../tap.h"

static void
test_unknown(void)
{
	struct git_state g;
	struct err e = ERR_INIT;
	char folder[] = "/tmp/mlv-git.XXXXXX";

	if (mkdtemp(folder) == NULL)
		return;
	ok(git_read_state(&g, folder, &e) == 0 && !g.known,
	    "no repository is not an error");
	rmdir(folder);
	ok(git_read_state(&g, folder, &e) == 0 && !g.known,
	    "nor is no folder");
}

int
main(void)
{
	test_unknown();
	return tap_done();
}
