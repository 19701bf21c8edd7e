/* mlv-data pull and fetch: what others pushed, brought here. */
#include "cli/cli.h"
#include "transfer.h"
#include "verbs.h"

struct pull_opts {
	const char *remote;
	bool alone, theirs, ours;
};

static const struct opt fetch_options[] = {
	{ OPT_TEXT, 'r', "remote", offsetof(struct pull_opts, remote),
	    "NAME", "from this remote, or from the one at a URL" },
	{ OPT_FLAG, 0, "alone", offsetof(struct pull_opts, alone), NULL,
	    "these names without those that they lead to" },
	OPT_END
};

static const struct opt pull_options[] = {
	{ OPT_TEXT, 'r', "remote", offsetof(struct pull_opts, remote),
	    "NAME", "from this remote, or from the one at a URL" },
	{ OPT_FLAG, 0, "alone", offsetof(struct pull_opts, alone), NULL,
	    "these names without those that they lead to" },
	{ OPT_FLAG, 0, "theirs", offsetof(struct pull_opts, theirs), NULL,
	    "an alias that was moved on both sides: their move holds",
	    .excludes = "ours" },
	{ OPT_FLAG, 0, "ours", offsetof(struct pull_opts, ours), NULL,
	    "... ours holds, after theirs; the next push moves it there" },
	OPT_END
};

static int
fetch_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct pull_opts *o = opts;
	struct remote_request rq = { .alone = o->alone };

	return transfer_run(c, o->remote, remote_fetch, &rq, argc, argv);
}

static int
pull_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct pull_opts *o = opts;
	struct remote_request rq = { .alone = o->alone,
	    .theirs = o->theirs, .ours = o->ours };

	return transfer_run(c, o->remote, remote_pull, &rq, argc, argv);
}

const struct verb verb_fetch = {
	.name = "fetch",
	.summary = "bring the objects that a remote has, move no name",
	.synopsis = "[-r NAME] [--alone] [KIND:NAME[@ALIAS]...]",
	.about =
"A record a name tells what a pull would do: the remote's version, ours, and\n"
"who gave it when.  The objects are here afterwards, checked, so that the pull\n"
"needs little.\n"
"\n"
"example: mlv-data fetch\n",
	.options = fetch_options, .opts_size = sizeof(struct pull_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY,
	.run = fetch_run,
};

const struct verb verb_pull = {
	.name = "pull",
	.summary = "bring what others pushed: objects, names, their audit log",
	.synopsis = "[-r NAME] [--alone] [--theirs | --ours] [KIND:NAME[@ALIAS]...]",
	.about =
"A name brings those it leads to, as a push does; without names all come.\n"
"Every byte is checked against its name on arrival.  The remote's versions\n"
"keep their numbers; those of ours that were not pushed come after them, and a\n"
"record tells the new number and the old (state renumbered).  An alias follows\n"
"the remote's unless it was moved here, too: then it stays, a record tells who\n"
"moved it where and when (state conflict), and --theirs or --ours decides.\n"
"The audit logs of those who pushed are kept; 'mlv-data fsck' checks them.\n"
"\n"
"The work tree stays as it is: 'mlv-data checkout' writes what its pointers\n"
"say.  Exit status 0, or 1 when an alias is in conflict.\n"
"\n"
"example: mlv-data pull && mlv-data checkout\n",
	.options = pull_options, .opts_size = sizeof(struct pull_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY,
	.run = pull_run,
};
