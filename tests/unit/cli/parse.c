/* cli/parse.h: what option tables accept, store and refuse. */
#include "cli/parse.h"

#include <stdlib.h>

#include "../tap.h"

struct fit_opts {
	bool force, header, no_header;
	const char *target;
	struct texts set, drop;
	int task;
	int64_t threads, skip;
	double share;
};

enum { BINARY = 1, NUMBERS };

static const struct opt_word tasks[] = { { "binary", BINARY },
	{ "multiclass", 7 }, { "regression", NUMBERS }, { NULL, 0 } };

static const struct opt options[] = {
	{ OPT_FLAG, 'f', "force", offsetof(struct fit_opts, force), NULL, "" },
	{ OPT_FLAG, 0, "header", offsetof(struct fit_opts, header), NULL, "",
	    .excludes = "no-header" },
	{ OPT_FLAG, 0, "no-header", offsetof(struct fit_opts, no_header),
	    NULL, "" },
	{ OPT_TEXT, 't', "target", offsetof(struct fit_opts, target), "COLUMN",
	    "", .needed = "say with --target which column to learn" },
	{ OPT_TEXTS, 's', "set", offsetof(struct fit_opts, set), "N=V", "" },
	{ OPT_LIST, 'd', "drop", offsetof(struct fit_opts, drop), "C,...", "" },
	{ OPT_WORD, 0, "task", offsetof(struct fit_opts, task), "TASK", "",
	    .words = tasks },
	{ OPT_INT, 0, "threads", offsetof(struct fit_opts, threads), "N", "",
	    .low = 1, .high = 1024 },
	{ OPT_INT, 0, "skip", offsetof(struct fit_opts, skip), "N", "",
	    .low = 0, .high = INFINITY },
	{ OPT_NUM, 0, "share", offsetof(struct fit_opts, share), "P", "",
	    .low = 0, .high = 1, .with = "threads" },
	OPT_END
};

static const struct verb fit = { .name = "fit", .options = options,
	.opts_size = sizeof(struct fit_opts), .flags = VERB_JSON };
static const struct verb run = { .name = "run", .options = options,
	.opts_size = sizeof(struct fit_opts), .flags = VERB_COMMAND };

#define WORDS_MAX 32

/* Parses the words after the verb; the message goes to `why`. */
static int
parse(struct parsed *p, struct cli *c, const struct verb *v, char *why,
    const char *const *words)
{
	static char *argv[WORDS_MAX];
	struct err e = ERR_INIT;
	int n = 0, r;

	argv[n++] = (char *)(uintptr_t)v->name;
	for (; *words; words++)
		argv[n++] = (char *)(uintptr_t)*words;
	argv[n] = NULL;
	c->verb = v;
	r = opt_parse(p, c, n, argv, &e);
	snprintf(why, sizeof(e.msg), "%s", e.msg);
	return r;
}

#define W(...) ((const char *const []){ __VA_ARGS__, NULL })

static void
refuses(const char *title, const char *message, const char *const *words)
{
	struct cli c = { .tool = NULL };
	struct parsed p;
	char why[sizeof(((struct err *)NULL)->msg)];
	int r = parse(&p, &c, &fit, why, words);

	is_text(why, message, "%s", title);
	if (r == 0)
		free(p.opts);
	arena_free(&c.arena);
}

static void
values_are_stored(void)
{
	struct cli c = { .tool = NULL };
	struct parsed p;
	const struct fit_opts *o;
	char why[sizeof(((struct err *)NULL)->msg)];
	int r = parse(&p, &c, &fit, why, W("a.csv", "-ft", "y", "--set", "a=1",
	    "-sb=2", "--drop=x,y", "-d", "z", "--task", "regression",
	    "--threads=8", "--share", "0.25", "--json"));

	ok(r == 0, "a full line is parsed: %s", why);
	if (r < 0)
		return;
	o = p.opts;
	ok(o->force && !o->header, "a flag is set by its letter, others stay");
	is_text(o->target, "y", "a letter's value may be the next word");
	ok(o->set.n == 2 && strcmp(o->set.v[1], "b=2") == 0,
	    "a repeated option keeps every value in order");
	ok(o->drop.n == 3 && strcmp(o->drop.v[2], "z") == 0,
	    "lists are cut at commas and added up");
	is_int(o->task, NUMBERS, "a word is stored as its value");
	is_int(o->threads, 8, "a whole number is stored");
	is_near(o->share, 0.25, 0, "a number is stored");
	ok(c.json, "a shared option goes to the invocation");
	ok(p.argc == 1 && strcmp(p.argv[0], "a.csv") == 0,
	    "what is no option is an argument");
	free(p.opts);
	arena_free(&c.arena);
}

static void
words_may_end(void)
{
	struct cli c = { .tool = NULL };
	struct parsed p;
	char why[sizeof(((struct err *)NULL)->msg)];

	ok(parse(&p, &c, &fit, why, W("-ty", "--", "--force")) == 0 &&
	    p.argc == 1 && !((struct fit_opts *)p.opts)->force,
	    "after -- everything is an argument");
	free(p.opts);
	ok(parse(&p, &c, &run, why, W("-ty", "python3", "-f")) == 0 &&
	    p.argc == 2 && !((struct fit_opts *)p.opts)->force,
	    "a command's own options are left to it");
	free(p.opts);
	ok(parse(&p, &c, &fit, why, W("-ty", "-", "-5", "-.5")) == 0 &&
	    p.argc == 3, "- and negative numbers are arguments");
	free(p.opts);
	ok(parse(&p, &c, &fit, why, W("--help")) == 0 && p.help,
	    "help is given without what else is needed");
	free(p.opts);
	arena_free(&c.arena);
}

int
main(void)
{
	values_are_stored();
	words_may_end();
	refuses("an option that is needed is asked for in its own words",
	    "say with --target which column to learn", W("a.csv"));
	refuses("a word that is none of them is told which there are",
	    "--task is binary, multiclass or regression, not 'x'",
	    W("-ty", "--task", "x"));
	refuses("a number above its range is told the range",
	    "--threads is 1 to 1024, not 1025", W("-ty", "--threads=1025"));
	refuses("a number below a range without end is told the least",
	    "--skip is 0 or more, not -1", W("-ty", "--skip", "-1"));
	refuses("NaN is in no range", "--share is 0 to 1, not nan",
	    W("-ty", "--share=nan"));
	refuses("what is no number is refused as such",
	    "option '--threads' takes a whole number, not '2.5'",
	    W("-ty", "--threads=2.5"));
	refuses("an option without the one that gives it a meaning is refused",
	    "--share means nothing without --threads",
	    W("-ty", "--share=0.5"));
	refuses("options that exclude each other are not both taken",
	    "--header and --no-header exclude each other",
	    W("-ty", "--no-header", "--header"));
	refuses("an unknown option is told the nearest known one",
	    "unknown option '--treads' of 'fit'; did you mean '--threads'?",
	    W("-ty", "--treads", "2"));
	refuses("a flag takes no value", "option '--force' takes no value",
	    W("-ty", "--force=1"));
	refuses("an option at the end lacks its value",
	    "option '--set' needs a N=V", W("-ty", "--set"));
	return tap_done();
}
