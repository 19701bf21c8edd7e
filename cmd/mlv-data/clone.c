/* mlv-data clone: a repository with all that a remote has. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "catalog/catalog.h"
#include "cli/cli.h"
#include "cli/environment.h"
#include "remote/config.h"
#include "transfer.h"
#include "verbs.h"

static int
clone_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 1 || argc == 2 ? 0 : cli_usage(c, "clone takes a URL "
	    "and, when it is not to be the URL's last word, a folder");
}

/* The last word of the URL that can be a folder's name. */
static char *
folder_of_url(const char *url)
{
	char *copy = xstrdup(url), *name;
	size_t n = strcspn(copy, "?");

	while (n && copy[n - 1] == '/')
		n--;
	copy[n] = '\0';
	name = xstrdup(path_base(copy));
	free(copy);
	return name;
}

static int
make_repository(struct cli *c, const char *folder, const char *url,
    struct err *e)
{
	const struct repo_opts o = { .log = &c->log,
	    .progress = &c->progress };
	bool made;

	if (file_make_folders(os_real(), folder, e) < 0 ||
	    repo_init(&made, folder, &o, e) < 0)
		return -1;
	if (catalog_open_repository(&c->catalog, folder, &o, e) < 0)
		return -1;
	/* an interrupted clone is completed by another one */
	if (remote_list_add(catalog_repo(c->catalog), "origin", url, e) < 0) {
		if (e->code != ERR_EXISTS)
			return -1;
		e->code = ERR_NONE;
	}
	return 0;
}

static int
clone_run(struct cli *c, void *opts, int argc, char **argv)
{
	char *folder = argc > 1 ? xstrdup(argv[1]) : folder_of_url(argv[0]);
	struct remote_request rq = { .n = 0 };
	struct remote_environment env;
	struct err e = ERR_INIT;
	struct transport *t = NULL;
	struct buf head;
	int status;

	(void)opts;
	cli_remote_environment(&env, c);
	signal(SIGPIPE, SIG_IGN);
	buf_init(&head, (size_t)1 << 24);
	/* nothing is made for a URL with nothing behind it */
	if (transport_open(&t, argv[0], &env, &e) < 0 ||
	    transport_get(&head, t, "head", NULL, &e) < 0) {
		if (e.code == ERR_NOENT && t)
			err_set(&e, ERR_NOENT, "nothing was pushed to '%s' "
			    "yet", argv[0]);
		status = cli_fail(c, &e);
	} else if (make_repository(c, folder, argv[0], &e) < 0) {
		status = cli_fail(c, &e);
	} else {
		status = transfer_run(c, "origin", remote_pull, &rq, 0, NULL);
	}
	transport_free(t);
	buf_free(&head);
	free(folder);
	return status;
}

const struct verb verb_clone = {
	.name = "clone",
	.summary = "make a repository with all that a remote has",
	.synopsis = "URL [FOLDER]",
	.about =
"Makes the folder (called like the URL's last word), a repository in it with\n"
"the remote origin, and pulls.  Where the code is in git, 'git clone' and\n"
"'mlv-data pull' do the same with the pointers beside it.  A clone that was cut\n"
"goes on when it is asked for again.\n"
"\n"
"example: mlv-data clone s3://team-data/churn\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE,
	.check = clone_check, .run = clone_run,
};
