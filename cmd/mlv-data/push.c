/* mlv-data push: names, with all they lead to, to where others find them. */
#include "cli/cli.h"
#include "transfer.h"
#include "verbs.h"

struct push_opts {
	const char *remote;
	bool alone;
};

static const struct opt push_options[] = {
	{ OPT_TEXT, 'r', "remote", offsetof(struct push_opts, remote),
	    "NAME", "to this remote, or to the one at a URL" },
	{ OPT_FLAG, 0, "alone", offsetof(struct push_opts, alone), NULL,
	    "these names without those that they lead to" },
	OPT_END
};

static int
push_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct push_opts *o = opts;
	struct remote_request rq = { .alone = o->alone };

	return transfer_run(c, o->remote, remote_push, &rq, argc, argv);
}

const struct verb verb_push = {
	.name = "push",
	.summary = "carry names, with all they lead to, to a remote",
	.synopsis = "[-r NAME] [--alone] [KIND:NAME[@ALIAS]...]",
	.about =
"Without names all of them: data, models, runs, profiles, reports and cards.\n"
"With a name come those it leads to: with a model its runs, what they read, and\n"
"the reports and cards about it.\n"
"What the remote has is not sent again, also after a push that was cut.  Bytes\n"
"come before the names that mean them.  Prints a record a name (state pushed\n"
"or refused, the remote's version before, and for a refused one who gave the\n"
"remote its newest value when) and one of the whole: objects, packs and bytes.\n"
"\n"
"A name of which the remote has versions that are not here is refused, as is\n"
"an alias that somebody else moved: 'mlv-data pull' first.\n"
"\n"
"Exit status 0 when the remote has all, 1 when a name was refused.\n"
"\n"
"example: mlv-data push model:churn\n",
	.options = push_options, .opts_size = sizeof(struct push_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY,
	.run = push_run,
};
