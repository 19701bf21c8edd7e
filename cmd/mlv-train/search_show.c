/* mlv-train search best, show, ls: what a search has found. */
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "catalog/catalog.h"
#include "cli/cli.h"
#include "search/front.h"
#include "search/pruner.h"
#include "search/sampler.h"
#include "search/setup.h"
#include "store/repo.h"
#include "study.h"
#include "verbs.h"

struct shown_opts {
	const char *journal;
	int state;
};

/* --- best ------------------------------------------------------------------ */

static const struct opt best_options[] = {
	STUDY_AT(struct shown_opts, journal),
	OPT_END
};

static int
one_name_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 1 ? 0 : cli_usage(c, "%s takes one name, that of the "
	    "study", c->verb->name);
}

static int
best_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct shown_opts *o = opts;
	struct err e = ERR_INIT;
	const size_t *number;
	struct study *s;
	size_t n;

	(void)argc;
	if (study_open_there(&s, c, o->journal, argv[0], &e) < 0)
		return cli_fail(c, &e);
	n = study_front(&number, &c->arena, s);
	for (size_t i = 0; i < n; i++)
		print_trial(c, s, number[i]);
	if (n == 0)
		err_set(&e, ERR_NO, "no trial of '%s' is complete and breaks no "
		    "constraint", s->name);
	study_close(s);
	return n ? EXIT_YES : cli_fail(c, &e);
}

const struct verb verb_search_best = {
	.name = "search best",
	.summary = "the best trial of a search",
	.synopsis = "[--journal FILE] STUDY",
	.about =
"Prints the best complete trial that breaks no constraint; with several\n"
"directions all that no other one beats in each (the Pareto front).\n"
"\n"
"Exit status: 0 there is one, 1 there is none yet, 2 usage, 3 trouble.\n"
"\n"
"example: mlv-train search best tune --json | jq .params.lr\n",
	.options = best_options, .opts_size = sizeof(struct shown_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG, .check = one_name_check,
	.run = best_run,
};

/* --- show ------------------------------------------------------------------ */

static const struct opt_word show_states[] = {
	{ "running", TRIAL_RUNNING + 1 }, { "complete", TRIAL_COMPLETE + 1 },
	{ "pruned", TRIAL_PRUNED + 1 }, { "fail", TRIAL_FAIL + 1 },
	{ "waiting", TRIAL_WAITING + 1 }, { NULL, 0 }
};

static const struct opt show_options[] = {
	{ OPT_WORD, 0, "state", offsetof(struct shown_opts, state), "STATE",
	    "only these trials", .words = show_states },
	STUDY_AT(struct shown_opts, journal),
	OPT_END
};

static int
show_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct shown_opts *o = opts;
	struct err e = ERR_INIT;
	struct study *s;

	(void)argc;
	if (study_open_there(&s, c, o->journal, argv[0], &e) < 0)
		return cli_fail(c, &e);
	for (size_t i = 0; i < s->n; i++)
		if (o->state == 0 || (int)s->trial[i].state == o->state - 1)
			print_trial(c, s, i);
	study_close(s);
	return EXIT_YES;
}

const struct verb verb_search_show = {
	.name = "search show",
	.summary = "the trials of a search",
	.synopsis = "[--state STATE] [--journal FILE] STUDY",
	.about =
"Prints one record a trial, in the order they were asked: number, state\n"
"(running, complete, pruned, fail, waiting), value and parameters.\n",
	.options = show_options, .opts_size = sizeof(struct shown_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG, .check = one_name_check,
	.run = show_run,
};

/* --- ls -------------------------------------------------------------------- */

static int
print_study(struct cli *c, const struct study_place *at, struct err *e)
{
	size_t state[TRIAL_WAITING + 1] = { 0 };
	struct study_setup setup;
	struct err ignored;
	const size_t *front;
	struct study *s;
	bool known;
	size_t n;

	if (study_open(&s, at, false, e) < 0)
		return -1;
	for (size_t i = 0; i < s->n; i++)
		state[s->trial[i].state]++;
	known = setup_of_study(&setup, s, &ignored) == 0;
	n = study_front(&front, &c->arena, s);
	out_begin(&c->out, "mlv.study.listed/1");
	out_text(&c->out, "name", s->name);
	out_int(&c->out, "trials", (int64_t)s->n);
	out_int(&c->out, "running", (int64_t)state[TRIAL_RUNNING]);
	if (n && s->n_objectives == 1)
		out_num(&c->out, "best", study_objectives(s, front[0])[0]);
	else
		out_null(&c->out, "best");
	out_only(&c->out, OUT_JSON);
	out_int(&c->out, "complete", (int64_t)state[TRIAL_COMPLETE]);
	out_int(&c->out, "pruned", (int64_t)state[TRIAL_PRUNED]);
	out_int(&c->out, "fail", (int64_t)state[TRIAL_FAIL]);
	out_text(&c->out, "sampler", known ? setup.sampler->name : NULL);
	out_text(&c->out, "pruner", known ? setup.pruner->name : NULL);
	out_only(&c->out, OUT_BOTH);
	out_path(&c->out, "path", s->log.path);
	out_end(&c->out);
	setup_release(&setup);
	study_close(s);
	return 0;
}

static int
list_journal(struct cli *c, struct study_place *at, struct err *e)
{
	const char **names;
	size_t n;

	if (study_names(&names, &n, &c->arena, at, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		at->name = names[i];
		if (print_study(c, at, e) < 0)
			return -1;
	}
	return 0;
}

static int
list_repository(struct cli *c, struct err *e)
{
	struct study_place at;
	char *folder, **names;
	size_t n;
	int r;

	if (study_place_find(&at, c, NULL, "all", false, e) < 0)
		return -1;
	folder = repo_path(catalog_repo(c->catalog), "studies");
	r = folder_names(&names, &n, folder, e);
	for (size_t i = 0; r == 0 && i < n; i++) {
		size_t len = strlen(names[i]);

		if (len < 9 || strcmp(names[i] + len - 8, ".journal") != 0)
			continue;
		at.name = arena_strndup(&c->arena, names[i], len - 8);
		at.journal = arena_printf(&c->arena, "%s/%s", folder, names[i]);
		r = print_study(c, &at, e);
	}
	if (r == 0)
		folder_names_free(names, n);
	free(folder);
	return r;
}

static int
ls_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	return argc ? cli_usage(c, "search ls takes no argument, not '%s'; "
	    "'search show' shows one study", argv[0]) : 0;
}

static int
ls_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct shown_opts *o = opts;
	struct study_place at = { .journal = o->journal, .log = &c->log };
	struct err e = ERR_INIT;
	int r;

	(void)argc;
	(void)argv;
	r = o->journal ? list_journal(c, &at, &e) : list_repository(c, &e);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_search_ls = {
	.name = "search ls",
	.summary = "the searches there are",
	.synopsis = "[--journal FILE]",
	.about =
"Prints one record a study: its name, how many trials it has and how many of\n"
"them run, its best value and where it lies.  Without --journal these are the\n"
"studies of the repository.\n",
	.options = best_options, .opts_size = sizeof(struct shown_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG, .check = ls_check, .run = ls_run,
};
