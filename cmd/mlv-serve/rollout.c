/* mlv-serve rollout start, abort, ls: rollouts begun, ended, listed. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/folder.h"
#include "rollout.h"
#include "verbs.h"

/* --- records -------------------------------------------------------------- */

static void
put_number(struct out *o, const char *key, double v)
{
	if (isnan(v))
		out_null(o, key);
	else
		out_short(o, key, v, 4);
}

static void
put_time(struct out *o, const char *key, int64_t us)
{
	char text[CLOCK_TEXT_MAX];

	clock_print(text, us);
	out_text(o, key, text);
}

void
print_rollout(struct cli *c, const struct rollout_state *s,
    const struct rollout_view *v)
{
	bool counted = v && v->tally.policy;
	bool judged = counted && rollout_is_open(s->phase);
	struct out *o = &c->out;

	out_begin(o, "mlv.rollout.state/1");
	out_text(o, "rollout", s->id);
	out_text(o, "kind", rollout_kind_text(s->kind));
	out_text(o, "phase", rollout_phase_text(s->phase));
	out_num(o, "share", s->share);
	out_int(o, "champion", s->champion);
	out_int(o, "candidate", s->candidate);
	out_int(o, "units_champion", counted ?
	    (int64_t)v->tally.units[SIDE_CHAMPION] : 0);
	out_int(o, "units_candidate", counted ?
	    (int64_t)v->tally.units[SIDE_CANDIDATE] : 0);
	out_text(o, "verdict", judged ? rollout_word_text(v->verdict.word) :
	    *s->verdict ? s->verdict : NULL);
	out_text(o, "next", judged ?
	    rollout_next_text(v->verdict.next) : NULL);
	out_only(o, OUT_JSON);
	out_text(o, "alias", s->alias);
	out_int(o, "step", (int64_t)s->step + 1);
	put_time(o, "started", s->started_us);
	put_time(o, "stepped", s->stepped_us);
	out_path(o, "log", s->log);
	out_text(o, "report", *s->report ? s->report : NULL);
	out_only(o, OUT_BOTH);
	out_text(o, "why", judged ? v->verdict.why : *s->why ? s->why : NULL);
	out_end(o);
}

void
print_findings(struct cli *c, const struct rollout_view *v)
{
	struct out *o = &c->out;

	for (size_t i = 0; i < v->verdict.n; i++) {
		const struct rollout_finding *f = &v->verdict.finding[i];

		out_begin(o, "mlv.rollout.finding/1");
		out_text(o, "role", finding_role_text(f->role));
		out_text(o, "measure", f->measure);
		out_text(o, "limit", f->limit);
		put_number(o, "candidate", f->candidate);
		put_number(o, "champion", f->champion);
		out_int(o, "n_candidate", (int64_t)f->n_candidate);
		out_int(o, "n_champion", (int64_t)f->n_champion);
		put_number(o, "log_e", f->evidence);
		put_number(o, "log_needed", f->needed);
		out_bool(o, "holds", f->holds);
		out_end(o);
	}
}

void
print_compared(struct cli *c, const struct compared *d, uint64_t failed)
{
	struct out *o = &c->out;

	out_begin(o, "mlv.compared/1");
	out_int(o, "rows", (int64_t)d->rows);
	out_int(o, "same", (int64_t)d->same);
	out_int(o, "flips", (int64_t)d->flips);
	out_int(o, "failed", (int64_t)failed);
	out_short(o, "greatest", d->greatest, 4);
	out_end(o);
	for (size_t i = 0; i < COMPARED_SIZES; i++) {
		out_begin(o, "mlv.compared.size/1");
		out_text(o, "up_to", compared_size_text(i));
		out_int(o, "rows", (int64_t)d->size[i]);
		out_end(o);
	}
}

int
rollout_check_name(struct cli *c, void *opts, int argc, char **argv)
{
	const struct rollout_opts *o = opts;

	(void)argv;
	if (argc != 1)
		return cli_usage(c, "%s takes one name, that of the model",
		    c->verb->name);
	if (o && (o->labels == NULL) != (o->key == NULL))
		return cli_usage(c, "--labels needs --key COLUMN, and --key "
		    "needs --labels FILE");
	return 0;
}

/* --- start ---------------------------------------------------------------- */

static const struct opt start_options[] = {
	{ OPT_TEXT, 'p', "policy", offsetof(struct rollout_opts, policy),
	    "FILE", "steps, guards and goal, see mlv-rollout(5)",
	    .needed = "rollout start needs --policy FILE" },
	{ OPT_TEXT, 'l', "log", offsetof(struct rollout_opts, log), "FOLDER",
	    "the servers' request log, .mlv/requests by default" },
	OPT_END
};

static int
start_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 2 ? 0 : cli_usage(c, "rollout start takes the name of a "
	    "model and the candidate, as churn model:churn@candidate");
}

static int
start_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct rollout_opts *o = opts;
	const struct rollout_start start = { .name = argv[0],
	    .candidate = cli_model_name(c, argv[1]), .policy = o->policy,
	    .log = o->log };
	struct err e = ERR_INIT;
	struct rollout_state s;
	int r = rollout_begin(&s, c->catalog, &start, &e);

	(void)argc;
	if (r == 0 || e.code == ERR_UNPROVEN) {
		c->committed = true;
		print_rollout(c, &s, NULL);
		rollout_state_release(&s);
	}
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_rollout_start = {
	.name = "rollout start",
	.summary = "let a candidate take over step by step, as a policy says",
	.synopsis = "--policy FILE [--log FOLDER] NAME CANDIDATE",
	.about =
"Servers of model:NAME that write a request log follow within a second, without\n"
"a restart: units move by the hash of their id, and a larger share only adds\n"
"some.  The version that CANDIDATE means now is rolled out.\n"
"\n"
"A policy that cannot be met is refused before a unit moves: an unknown metric,\n"
"steps that do not increase, a candidate that does not keep the contract or does\n"
"not pass the gate, an alias that is not set.\n"
"\n"
"Exit status: 0 begun, 1 the candidate does not fit, 2 usage, 3 trouble.\n"
"\n"
"example: mlv-serve rollout start churn --policy rollout.yaml \\\n"
"             model:churn@candidate\n",
	.options = start_options, .opts_size = sizeof(struct rollout_opts),
	.flags = VERB_JSON | VERB_REPOSITORY,
	.check = start_check, .run = start_run,
};

/* --- abort ---------------------------------------------------------------- */

static const struct opt abort_options[] = {
	{ OPT_TEXT, 'm', "note", offsetof(struct rollout_opts, note), "TEXT",
	    "a word for the audit log" },
	OPT_END
};

static int
abort_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct rollout_opts *o = opts;
	struct err e = ERR_INIT;
	struct rollout_state s;
	int r = rollout_abort(&s, c->catalog, argv[0], o->note, &e);

	(void)argc;
	if (r == 0 || e.code == ERR_UNPROVEN) {
		c->committed = true;
		print_rollout(c, &s, NULL);
	}
	rollout_state_release(&s);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_rollout_abort = {
	.name = "rollout abort",
	.summary = "end a rollout: all units to the champion",
	.synopsis = "[-m TEXT] NAME",
	.about =
"Whatever was seen of it.  Servers follow within a second; no alias moves.\n"
"\n"
"Exit status: 0 ended, 1 it had ended before, 2 usage, 3 trouble.\n"
"\n"
"example: mlv-serve rollout abort churn -m 'the campaign began early'\n",
	.options = abort_options, .opts_size = sizeof(struct rollout_opts),
	.flags = VERB_JSON | VERB_REPOSITORY,
	.check = rollout_check_name, .run = abort_run,
};

/* --- ls ------------------------------------------------------------------- */

static int
ls_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 0 ? 0 : cli_usage(c, "rollout ls takes no names");
}

static int
ls_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct repo *repo = catalog_repo(c->catalog);
	struct err e = ERR_INIT;
	int status = EXIT_YES;
	char **names;
	size_t n;

	(void)opts;
	(void)argc;
	(void)argv;
	if (rollout_names(&names, &n, repo, &e) < 0)
		return cli_fail(c, &e);
	for (size_t i = 0; i < n; i++) {
		struct rollout_state s;
		struct err why = ERR_INIT;

		if (rollout_state_read(&s, repo, names[i], &why) < 0) {
			status = cli_fail(c, &why);
			continue;
		}
		print_rollout(c, &s, NULL);
		rollout_state_release(&s);
	}
	folder_names_free(names, n);
	return status;
}

const struct verb verb_rollout_ls = {
	.name = "rollout ls",
	.summary = "list rollouts, one a model: the one that runs, or the last",
	.synopsis = "",
	.about =
"The verdict is the one kept last; 'rollout status' judges anew.\n"
"\n"
"example: mlv-serve rollout ls\n",
	.flags = VERB_JSON | VERB_TABLE | VERB_REPOSITORY,
	.check = ls_check, .run = ls_run,
};
