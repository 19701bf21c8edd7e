/* mlv-data init: make a repository. */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "cli/cli.h"
#include "store/repo.h"
#include "verbs.h"

static int
init_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct repo_opts so = { .log = &c->log };
	const char *folder = argc ? argv[0] : ".";
	struct err e = ERR_INIT;
	char *path;
	bool made;

	(void)opts;
	if (argc > 1)
		return cli_usage(c, "init takes one folder, not %d", argc);
	if (*folder == '\0' || strcmp(folder, "-") == 0)
		return cli_usage(c, "'%s' is no folder%s", folder,
		    *folder ? "; one of that name is './-'" : "");
	if (repo_init(&made, folder, &so, &e) < 0)
		return cli_fail(c, &e);
	c->committed = true;
	path = path_join(folder, ".mlv");
	out_begin(&c->out, "mlv.repository/1");
	out_text(&c->out, "state", made ? "made" : "there");
	out_path(&c->out, "path", path);
	out_end(&c->out);
	free(path);
	return EXIT_YES;
}

const struct verb verb_init = {
	.name = "init",
	.summary = "make a repository",
	.synopsis = "[FOLDER]",
	.about =
"Makes FOLDER/.mlv (FOLDER: the current one).  Its config and .gitignore\n"
"belong in git; the rest is ignored.  In a repository nothing changes.\n"
"\n"
"Prints 'made' or 'there', and the path.\n"
"\n"
"example: mlv-data init && git add .mlv\n",
	.flags = VERB_JSON | VERB_NUL, .run = init_run,
};
