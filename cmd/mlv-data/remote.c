/* mlv-data remote: which remotes a repository has. */
#define _XOPEN_SOURCE 700
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/catalog.h"
#include "cli/cli.h"
#include "remote/config.h"
#include "verbs.h"

static void
print_remote(struct cli *c, const char *name, const char *url, bool meant)
{
	out_begin(&c->out, "mlv.remote/1");
	out_text(&c->out, "name", name);
	out_text(&c->out, "url", url);
	out_bool(&c->out, "default", meant);
	out_end(&c->out);
}

/* The remotes as they are now, or the one of that name. */
static int
print_remotes(struct cli *c, const char *name, struct err *e)
{
	struct remote_list l;

	if (remote_list_read(&l, catalog_repo(c->catalog), e) < 0)
		return -1;
	for (size_t i = 0; i < l.n; i++)
		if (name == NULL || strcmp(name, l.v[i].name) == 0)
			print_remote(c, l.v[i].name, l.v[i].url, l.meant &&
			    strcmp(l.meant, l.v[i].name) == 0);
	remote_list_release(&l);
	return 0;
}

/* --- add ------------------------------------------------------------------- */

static int
add_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 2 ? 0 : cli_usage(c, "remote add takes a name and a "
	    "URL: 'mlv-data remote add origin /mnt/share/churn'");
}

/* A folder is kept by its whole path: the remote is the same wherever the
 * verb runs. */
static char *
whole_url(const char *url)
{
	char *whole = strstr(url, "://") ? NULL : realpath(url, NULL);

	return whole ? whole : xstrdup(url);
}

static int
add_run(struct cli *c, void *opts, int argc, char **argv)
{
	char *url = whole_url(argv[1]);
	struct err e = ERR_INIT;
	int r;

	(void)opts;
	(void)argc;
	r = remote_list_add(catalog_repo(c->catalog), argv[0], url, &e);
	c->committed |= r == 0;
	if (r == 0)
		r = print_remotes(c, argv[0], &e);
	free(url);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_remote_add = {
	.name = "remote add",
	.summary = "tell this repository of a remote",
	.synopsis = "NAME URL",
	.about =
"A URL is s3://BUCKET/PREFIX, ssh://[USER@]HOST/PATH, or the path of a folder\n"
"that others reach, too.  Nothing is asked of it yet.  It is kept in\n"
".mlv/config, which belongs in git; keys and passwords are not: see\n"
"mlv-remote(7).  The first remote, or one called origin, is meant where none is\n"
"named.\n"
"\n"
"example: mlv-data remote add origin s3://team-data/churn\n",
	.flags = VERB_JSON | VERB_NUL | VERB_REPOSITORY,
	.check = add_check, .run = add_run,
};

/* --- ls -------------------------------------------------------------------- */

static int
ls_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct err e = ERR_INIT;

	(void)opts;
	if (argc)
		return cli_usage(c, "remote ls takes no argument, not '%s'",
		    argv[0]);
	return print_remotes(c, NULL, &e) < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_remote_ls = {
	.name = "remote ls",
	.summary = "list the remotes of this repository",
	.synopsis = "",
	.about =
"Prints a record a remote: its name, its URL, and whether it is meant where\n"
"none is named.\n"
"\n"
"example: mlv-data remote ls\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY,
	.run = ls_run,
};

/* --- rm, default ----------------------------------------------------------- */

static int
one_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 1 ? 0 : cli_usage(c, "'mlv-data %s' takes the name of "
	    "a remote", c->verb->name);
}

static int
rm_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct remote_list l = { .n = 0 };
	const struct remote_entry *found;
	struct err e = ERR_INIT;
	int r;

	(void)opts;
	(void)argc;
	r = remote_list_read(&l, catalog_repo(c->catalog), &e);
	if (r == 0)
		r = remote_list_find(&found, &l, argv[0], &e);
	if (r == 0)
		r = remote_list_remove(catalog_repo(c->catalog), argv[0], &e);
	if (r == 0)
		print_remote(c, found->name, found->url, false);
	remote_list_release(&l);
	c->committed |= r == 0;
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

static int
default_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct err e = ERR_INIT;
	int r;

	(void)opts;
	(void)argc;
	r = remote_list_mean(catalog_repo(c->catalog), argv[0], &e);
	c->committed |= r == 0;
	if (r == 0)
		r = print_remotes(c, argv[0], &e);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_remote_rm = {
	.name = "remote rm",
	.summary = "forget a remote; what it keeps stays there",
	.synopsis = "NAME",
	.about = "example: mlv-data remote rm backup\n",
	.flags = VERB_JSON | VERB_NUL | VERB_REPOSITORY,
	.check = one_check, .run = rm_run,
};

const struct verb verb_remote_default = {
	.name = "remote default",
	.summary = "say which remote is meant where none is named",
	.synopsis = "NAME",
	.about = "example: mlv-data remote default backup\n",
	.flags = VERB_JSON | VERB_NUL | VERB_REPOSITORY,
	.check = one_check, .run = default_run,
};
