/* mlv-train search new, ask, report, tell: a search, one step at a time. */
#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "cli/cli.h"
#include "search/ask.h"
#include "search/pruner.h"
#include "search/sampler.h"
#include "search/tell.h"
#include "study.h"
#include "verbs.h"

/* Both or an error: the study and how it is searched. */
static int
open_study(struct study **s, struct study_setup *setup, struct cli *c,
    const char *journal, const char *name, struct err *e)
{
	if (study_open_there(s, c, journal, name, e) < 0)
		return -1;
	if (setup_of_study(setup, *s, e) == 0)
		return 0;
	setup_release(setup);
	study_close(*s);
	return -1;
}

/* --- new ------------------------------------------------------------------- */

struct new_opts {
	const char *space, *sampler, *pruner, *journal;
	struct texts directions, set;
	int64_t seed;
	double lease;
};

static const struct opt new_options[] = {
	{ OPT_TEXT, 's', "space", offsetof(struct new_opts, space), "FILE",
	    "the parameters and their ranges, as YAML",
	    .needed = "say with --space what may be varied" },
	{ OPT_TEXT, 0, "sampler", offsetof(struct new_opts, sampler), "NAME",
	    "who decides what to try next; default tpe" },
	{ OPT_TEXT, 0, "pruner", offsetof(struct new_opts, pruner), "NAME",
	    "who stops a trial early; default none" },
	{ OPT_TEXTS, 0, "set", offsetof(struct new_opts, set), "KEY=NUMBER",
	    "a setting, as pruner.reduction_factor=3; repeatable" },
	{ OPT_INT, 0, "seed", offsetof(struct new_opts, seed), "N",
	    "of the random numbers; default 0", .high = INFINITY },
	{ OPT_LIST, 'd', "direction", offsetof(struct new_opts, directions),
	    "WORD,...", "minimize (default) or maximize; one an objective" },
	{ OPT_NUM, 0, "lease", offsetof(struct new_opts, lease), "SECONDS",
	    "a trial silent for longer is asked again", .high = INFINITY },
	STUDY_AT(struct new_opts, journal),
	OPT_END
};

static int
read_directions(bool *maximize, size_t *n, const struct texts *words,
    struct err *e)
{
	*n = words->n ? words->n : 1;
	if (*n > STUDY_OBJECTIVES_MAX)
		return err_set(e, ERR_USAGE, "a study has at most %d "
		    "directions", STUDY_OBJECTIVES_MAX);
	memset(maximize, 0, STUDY_OBJECTIVES_MAX * sizeof(*maximize));
	for (size_t i = 0; i < words->n; i++) {
		maximize[i] = strcmp(words->v[i], "maximize") == 0;
		if (!maximize[i] && strcmp(words->v[i], "minimize") != 0)
			return err_set(e, ERR_USAGE, "--direction is minimize "
			    "or maximize, not '%s'", words->v[i]);
	}
	return 0;
}

static int
read_setup(struct study_setup *setup, struct cli *c, const struct new_opts *o,
    struct err *e)
{
	const char *key, *value;
	struct buf b;
	int r;

	memset(setup, 0, sizeof(*setup));
	buf_init(&b, BUF_CAP_DOC);
	r = file_read(&b, o->space, e);
	if (r == 0 && (r = space_parse(&setup->space, b.data, b.len, e)) < 0)
		err_wrap(e, "'%s'", o->space);
	buf_free(&b);
	if (r < 0 || setup_choose(setup, o->sampler, o->pruner, e) < 0)
		return -1;
	for (size_t i = 0; i < o->set.n; i++) {
		if (!cli_key_value(c, o->set.v[i], &key, &value))
			return err_set(e, ERR_USAGE, "'--set %s' is not "
			    "KEY=NUMBER", o->set.v[i]);
		if (setup_set(setup, key, value, e) < 0)
			return -1;
	}
	setup->seed = (uint64_t)o->seed;
	setup->lease_s = o->lease;
	return 0;
}

static void
print_made(struct cli *c, const struct study *s,
    const struct study_setup *setup, bool made)
{
	struct json *directions = json_new(&c->arena, JSON_LIST);

	for (size_t i = 0; i < s->n_objectives; i++)
		json_add_text(&c->arena, directions, NULL,
		    s->maximize[i] ? "maximize" : "minimize");
	out_begin(&c->out, "mlv.study.made/1");
	out_text(&c->out, "name", s->name);
	out_text(&c->out, "state", made ? "made" : "there");
	out_only(&c->out, OUT_JSON);
	out_tree(&c->out, "directions", directions);
	out_int(&c->out, "parameters", (int64_t)setup->space.n);
	out_text(&c->out, "sampler", setup->sampler->name);
	out_text(&c->out, "pruner", setup->pruner->name);
	out_int(&c->out, "trials", (int64_t)s->n);
	out_only(&c->out, OUT_BOTH);
	out_path(&c->out, "path", s->log.path);
	out_end(&c->out);
}

static int
new_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 1 ? 0 : cli_usage(c, "search new takes one name, that "
	    "of the study");
}

static int
new_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct new_opts *o = opts;
	bool maximize[STUDY_OBJECTIVES_MAX], made = false;
	struct study_setup setup;
	struct study *s = NULL;
	struct err e = ERR_INIT;
	struct study_place at;
	size_t n;
	int r = -1;

	(void)argc;
	if (read_setup(&setup, c, o, &e) < 0 ||
	    read_directions(maximize, &n, &o->directions, &e) < 0 ||
	    study_setup_check(&setup, n, &e) < 0 ||
	    study_place_find(&at, c, o->journal, argv[0], true, &e) < 0 ||
	    study_open(&s, &at, true, &e) < 0)
		goto done;
	r = study_make(&made, s, &setup, maximize, n, &e);
	if (r == 0)
		print_made(c, s, &setup, made);
	c->committed = made;
done:
	study_close(s);
	setup_release(&setup);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_search_new = {
	.name = "search new",
	.summary = "begin a search for parameters",
	.synopsis = "-s FILE [--sampler NAME] [--pruner NAME] [-d WORD] "
	    "[options] STUDY",
	.about =
"Begins a study: a journal of trials that many processes, hosts and Optuna may\n"
"share.  The space is YAML:\n"
"\n"
"  lr:    {type: float, low: 1e-3, high: 0.3, log: true}\n"
"  depth: {type: int, low: 2, high: 12, step: 1}\n"
"  kind:  {type: categorical, choices: [tree, linear]}\n"
"  drop:  {type: float, low: 0, high: 0.5, when: {kind: tree}}\n"
"\n"
"A study that is there with the same setup is left as it is; with another one\n"
"it is an error that says what differs.  A study that Optuna made is told its\n"
"space.\n"
"\n"
"example: mlv-train search new tune --space space.yaml --direction maximize\n",
	.options = new_options, .opts_size = sizeof(struct new_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_CATALOG, .check = new_check, .run = new_run,
};

/* --- ask ------------------------------------------------------------------- */

struct ask_opts {
	const char *journal;
	int64_t n;
	double lease;
};

static const struct ask_opts ask_defaults = { .n = 1 };

static const struct opt ask_options[] = {
	{ OPT_INT, 'n', "trials", offsetof(struct ask_opts, n), "N",
	    "ask for N trials at once", .low = 1, .high = 100000 },
	{ OPT_NUM, 0, "lease", offsetof(struct ask_opts, lease), "SECONDS",
	    "asked again when silent for longer", .high = INFINITY },
	STUDY_AT(struct ask_opts, journal),
	OPT_END
};

static int
ask_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 1 ? 0 : cli_usage(c, "search ask takes one name, that "
	    "of the study");
}

static int
ask_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct ask_opts *o = opts;
	const struct ask_request rq = { .lease_s = o->lease };
	struct study_setup setup;
	struct err e = ERR_INIT;
	struct asked asked;
	struct study *s;
	int r = 0;

	(void)argc;
	if (open_study(&s, &setup, c, o->journal, argv[0], &e) < 0)
		return cli_fail(c, &e);
	for (int64_t i = 0; i < o->n; i++) {
		if ((r = study_ask(&asked, s, &setup, &rq, &e)) < 0)
			break;
		c->committed = true;
		out_begin(&c->out, "mlv.trial.asked/1");
		out_int(&c->out, "number", asked.number);
		out_tree(&c->out, "params", study_params_json(&c->arena, s,
		    (size_t)asked.number));
		out_only(&c->out, OUT_JSON);
		out_bool(&c->out, "again", asked.again);
		out_end(&c->out);
	}
	study_close(s);
	setup_release(&setup);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_search_ask = {
	.name = "search ask",
	.summary = "what to try next",
	.synopsis = "[-n N] [--lease SECONDS] [--journal FILE] STUDY",
	.about =
"Prints a trial's number and its parameters, one record a trial.  The trial\n"
"runs from here on, until it is told.\n"
"\n"
"With a lease, a trial that is neither reported nor told for so long is asked\n"
"again, with its number and values: whoever tells it first is heard.  One that\n"
"lost three workers is told as failed.\n"
"\n"
"Exit status: 0 asked, 1 all there is has been tried, 2 usage, 3 trouble, 4 the\n"
"journal is locked by another.\n"
"\n"
"example: mlv-train search ask tune --json | jq .params\n",
	.options = ask_options, .opts_size = sizeof(struct ask_opts),
	.defaults = &ask_defaults,
	.flags = VERB_JSON | VERB_NUL | VERB_CATALOG, .check = ask_check, .run = ask_run,
};

/* --- report ---------------------------------------------------------------- */

struct report_opts {
	const char *journal;
	int64_t step;
};

static const struct opt report_options[] = {
	{ OPT_INT, 's', "step", offsetof(struct report_opts, step), "N",
	    "the step of the value, as an epoch", .high = INFINITY,
	    .needed = "say with --step which step the value belongs to" },
	STUDY_AT(struct report_opts, journal),
	OPT_END
};

static int
report_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 3 ? 0 : cli_usage(c, "search report takes the study, "
	    "the trial's number and a value");
}

static int
report_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct report_opts *o = opts;
	struct study_setup setup;
	struct err e = ERR_INIT;
	struct study *s;
	bool prune = false;
	int64_t number;
	double value;
	int r;

	(void)argc;
	if (study_read_number(&number, argv[1], &e) < 0)
		return cli_fail(c, &e);
	if (!num_parse_f64(argv[2], strlen(argv[2]), &value))
		return cli_usage(c, "'%s' is no number", argv[2]);
	if (open_study(&s, &setup, c, o->journal, argv[0], &e) < 0)
		return cli_fail(c, &e);
	r = study_report(&prune, s, &setup, number, o->step, value, &e);
	c->committed = r == 0;
	if (r == 0) {
		out_begin(&c->out, "mlv.trial.reported/1");
		out_int(&c->out, "number", number);
		out_text(&c->out, "verdict", prune ? "stop" : "go");
		out_end(&c->out);
	}
	study_close(s);
	setup_release(&setup);
	return r < 0 ? cli_fail(c, &e) : prune ? EXIT_NO : EXIT_YES;
}

const struct verb verb_search_report = {
	.name = "search report",
	.summary = "how a trial is doing; exit 1: stop it",
	.synopsis = "-s N [--journal FILE] STUDY NUMBER VALUE",
	.about =
"Writes down a value of a running trial at a step and asks the study's pruner.\n"
"When the trial is not worth going on with the exit status is 1, and it is told\n"
"as pruned: nothing is left to do but to stop.\n"
"\n"
"A value that is no number any more (nan) stops the trial where there is a\n"
"pruner.\n"
"\n"
"example: mlv-train search report tune 0 --step 10 0.71 || exit 0\n",
	.options = report_options, .opts_size = sizeof(struct report_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_CATALOG, .check = report_check, .run = report_run,
};

/* --- tell ------------------------------------------------------------------ */

struct tell_opts {
	const char *journal;
	struct texts constraints;
	int state;
};

static const struct tell_opts tell_defaults = { .state = TRIAL_COMPLETE };

static const struct opt_word tell_states[] = {
	{ "complete", TRIAL_COMPLETE }, { "pruned", TRIAL_PRUNED },
	{ "fail", TRIAL_FAIL }, { NULL, 0 }
};

static const struct opt tell_options[] = {
	{ OPT_WORD, 0, "state", offsetof(struct tell_opts, state), "STATE",
	    "complete (default), pruned or fail", .words = tell_states },
	{ OPT_TEXTS, 'c', "constraint", offsetof(struct tell_opts, constraints),
	    "NAME=NUMBER", "above 0: the trial breaks it; repeatable" },
	STUDY_AT(struct tell_opts, journal),
	OPT_END
};

static int
tell_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc >= 2 ? 0 : cli_usage(c, "search tell takes the study, the "
	    "trial's number and its value");
}

static int
read_constraints(struct trial_end *end, struct cli *c,
    const struct texts *given, struct err *e)
{
	struct trial_constraint *list = arena_alloc(&c->arena,
	    (given->n + 1) * sizeof(*list));
	const char *value;

	for (size_t i = 0; i < given->n; i++)
		if (!cli_key_value(c, given->v[i], &list[i].name, &value) ||
		    !num_parse_f64(value, strlen(value), &list[i].value))
			return err_set(e, ERR_USAGE, "'-c %s' is not "
			    "NAME=NUMBER", given->v[i]);
	end->constraint = list;
	end->n_constraints = given->n;
	return 0;
}

static int
tell_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct tell_opts *o = opts;
	double value[STUDY_OBJECTIVES_MAX];
	struct trial_end end = { .state = (enum trial_state)o->state,
	    .value = value, .n = (size_t)argc - 2 };
	struct err e = ERR_INIT;
	struct study *s;
	int64_t number;
	int r;

	if (study_read_number(&number, argv[1], &e) < 0)
		return cli_fail(c, &e);
	if (end.n > STUDY_OBJECTIVES_MAX)
		return cli_usage(c, "a trial has at most %d values", STUDY_OBJECTIVES_MAX);
	for (size_t i = 0; i < end.n; i++)
		if (!num_parse_f64(argv[2 + i], strlen(argv[2 + i]), &value[i]))
			return cli_usage(c, "'%s' is no number", argv[2 + i]);
	if (read_constraints(&end, c, &o->constraints, &e) < 0 ||
	    study_open_there(&s, c, o->journal, argv[0], &e) < 0)
		return cli_fail(c, &e);
	r = study_tell(s, number, &end, &e);
	c->committed = r == 0;
	if (r == 0)
		print_trial(c, s, (size_t)number);
	study_close(s);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_search_tell = {
	.name = "search tell",
	.summary = "what a trial came to",
	.synopsis = "[--state STATE] [-c NAME=NUMBER]... [--journal FILE] "
	    "STUDY NUMBER [VALUE]...",
	.about =
"Writes down the value of a trial (with several directions one each, in their\n"
"order), or that it was pruned or has failed.  Exit 0: it is on the disk.\n"
"\n"
"The first tell holds: another one is exit 1 and changes nothing.  A value that\n"
"is not finite is refused.  A negative infinity or a word that begins with '-'\n"
"comes after '--'.\n"
"\n"
"example: mlv-train search tell tune 0 0.83\n",
	.options = tell_options, .opts_size = sizeof(struct tell_opts),
	.defaults = &tell_defaults,
	.flags = VERB_JSON | VERB_NUL | VERB_CATALOG, .check = tell_check, .run = tell_run,
};
