/* mlv-registry rollback: back to the version before. */
#include "catalog/catalog.h"
#include "catalog/name.h"
#include "verbs.h"

struct rollback_opts {
	const char *note;
	bool allow_contract_change;
};

static const struct opt rollback_options[] = {
	{ OPT_TEXT, 'm', "note", offsetof(struct rollback_opts, note), "TEXT",
	    "a word for the audit log" },
	{ OPT_FLAG, 0, "allow-contract-change", offsetof(struct rollback_opts,
	    allow_contract_change), NULL,
	    "also to a version with other inputs or outputs" },
	OPT_END
};

static int
rollback_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 1 ? 0 : cli_usage(c, "rollback takes NAME@ALIAS");
}

static int
rollback_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct rollback_opts *o = opts;
	struct err e = ERR_INIT;
	struct alias_moved moved = { .now = 0 };
	struct name n;
	const struct alias_move m = { .name = &n, .note = o->note,
	    .allow_contract_change = o->allow_contract_change };
	int r;

	(void)argc;
	if (model_name(&n, c, argv[0], &e) < 0)
		return cli_fail(c, &e);
	if (n.alias == NULL) {
		name_free(&n);
		return cli_usage(c, "'%s' names no alias: write NAME@ALIAS",
		    argv[0]);
	}
	r = alias_rollback(&moved, c->catalog, &m, &e);
	if (r == 0 || e.code == ERR_UNPROVEN)
		print_move(c, &n, &moved);
	name_free(&n);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_rollback = {
	.name = "rollback",
	.summary = "let an alias mean the version it meant before",
	.synopsis = "[-m TEXT] [--allow-contract-change] NAME@ALIAS",
	.about =
"Repeated, it goes further back.  No gate is asked: the version passed when\n"
"it was set.  Exit status 1 when there is nowhere to go back to, and when that\n"
"version takes or gives other columns than the present one: clients would not\n"
"be understood, or would misread the answers.\n"
"\n"
"Prints the alias, its version now and before.\n"
"\n"
"example: mlv-registry rollback churn@champion -m 'latency'\n",
	.options = rollback_options, .opts_size = sizeof(struct rollback_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_REPOSITORY, .check = rollback_check, .run = rollback_run,
};
