/* mlv-data hook: git's hooks that call us, installed, seen and taken away. */
#include "cli/cli.h"
#include "hooks/hooks.h"
#include "verbs.h"

static void
print_hooks(struct cli *c, const struct hook hook[HOOKS])
{
	for (size_t i = 0; i < HOOKS; i++) {
		out_begin(&c->out, "mlv.hook/1");
		out_text(&c->out, "name", hook[i].name);
		out_text(&c->out, "state", hook_state_text(hook[i].state));
		out_bool(&c->out, "chained", hook[i].chained);
		out_bool(&c->out, "changed", hook[i].changed);
		out_path(&c->out, "path", hook[i].path);
		out_end(&c->out);
	}
}

static int
no_words(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	return argc ? cli_usage(c, "%s takes no names, not '%s'",
	    c->verb->name, argv[0]) : 0;
}

static int
install_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct hook hook[HOOKS];
	struct err e = ERR_INIT;

	(void)opts, (void)argc, (void)argv;
	if (hooks_install(hook, &c->arena, c->catalog, &e) < 0)
		return cli_fail(c, &e);
	c->committed = true;
	print_hooks(c, hook);
	return EXIT_YES;
}

static int
uninstall_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct hook hook[HOOKS];
	struct err e = ERR_INIT;

	(void)opts, (void)argc, (void)argv;
	if (hooks_uninstall(hook, &c->arena, c->catalog, &e) < 0)
		return cli_fail(c, &e);
	c->committed = true;
	print_hooks(c, hook);
	return EXIT_YES;
}

static int
status_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct hook hook[HOOKS];
	struct err e = ERR_INIT;
	bool all = true;

	(void)opts, (void)argc, (void)argv;
	if (hooks_read(hook, &c->arena, c->catalog, &e) < 0)
		return cli_fail(c, &e);
	for (size_t i = 0; i < HOOKS; i++)
		all &= hook[i].state == HOOK_INSTALLED;
	print_hooks(c, hook);
	return all ? EXIT_YES : EXIT_NO;
}

static int
merge_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts, (void)argv;
	return argc == 3 ? 0 : cli_usage(c, "hook merge takes three files, "
	    "as git gives them: the common one, ours, theirs");
}

static int
merge_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct err e = ERR_INIT;
	int r = hooks_merge(argv[0], argv[1], argv[2], &e);

	(void)opts, (void)argc;
	return r < 0 ? cli_fail(c, &e) : r ? EXIT_YES : EXIT_NO;
}

const struct verb verb_hook_install = {
	.name = "hook install",
	.summary = "let git call us: check before a commit, checkout after one",
	.synopsis = "",
	.about =
"Puts five hooks into git's folder of hooks (core.hooksPath is honoured) and a\n"
"merge driver for pointers into .git/info/attributes:\n"
"\n"
"  pre-commit, pre-merge-commit   no commit while a file is not what its pointer\n"
"                                 says, or breaks the schema beside it\n"
"  post-checkout, post-merge      'mlv-data checkout'\n"
"  pre-push                       'mlv-data push', where there is a remote\n"
"  merge-driver                   two versions of a pointer are a conflict that\n"
"                                 shows both whole\n"
"\n"
"A hook that is there is kept as NAME.before-mlv and run first.  Prints name,\n"
"state (absent, installed, other), whether another is run first, whether it\n"
"was changed now, and path.\n"
"\n"
"example: mlv-data hook install\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY,
	.check = no_words, .run = install_run,
};

const struct verb verb_hook_uninstall = {
	.name = "hook uninstall",
	.summary = "take these hooks away again",
	.synopsis = "",
	.about =
"What was a hook before has its name back; hooks that are not ours stay.\n"
"Prints the records of 'hook install'.\n"
"\n"
"example: mlv-data hook uninstall\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY,
	.check = no_words, .run = uninstall_run,
};

const struct verb verb_hook_status = {
	.name = "hook status",
	.summary = "tell which of these hooks are installed",
	.synopsis = "",
	.about =
"Prints the records of 'hook install'.  Exit status 1 when one is not\n"
"installed.\n"
"\n"
"example: mlv-data hook status || mlv-data hook install\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY,
	.check = no_words, .run = status_run,
};

const struct verb verb_hook_merge = {
	.name = "hook merge",
	.summary = "merge a pointer, as git's merge driver",
	.synopsis = "BASE OURS THEIRS",
	.about =
"Three versions of a pointer file.  OURS becomes what the sides agree on, exit\n"
"0; where both changed it, it holds both whole between the marks of a conflict,\n"
"exit 1.  git calls this; 'hook install' tells it to.\n"
"\n"
"example: mlv-data hook merge base.mlv ours.mlv theirs.mlv\n",
	.check = merge_check, .run = merge_run,
};
