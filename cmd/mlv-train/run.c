/* mlv-train run: any command, tracked; done before, its outputs come back. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/environment.h"
#include "exec/command.h"
#include "remote/remote.h"
#include "run_trial.h"
#include "study.h"
#include "verbs.h"

struct run_opts {
	struct texts deps, params, outs;
	const char *name, *trial, *journal, *depfile, *folder;
	struct texts metrics;
	bool force, pull;
};

static const struct opt run_options[] = {
	{ OPT_TEXTS, 'd', "dep", offsetof(struct run_opts, deps), "NAME",
	    "a file or name the command reads, - for stdin; "
	    "train=NAME and valid=NAME say what it is for; repeatable" },
	{ OPT_TEXTS, 'p', "param", offsetof(struct run_opts, params),
	    "KEY=VALUE", "a parameter of the run; repeatable" },
	{ OPT_TEXTS, 'o', "out", offsetof(struct run_opts, outs), "FILE",
	    "a file the command makes; repeatable" },
	{ OPT_TEXT, 0, "depfile", offsetof(struct run_opts, depfile), "FILE",
	    "rules of make in which the command says what else it read",
	    .excludes = "trial" },
	{ OPT_TEXT, 0, "depfile-folder", offsetof(struct run_opts, folder),
	    "FOLDER", "where paths in it begin, unless here",
	    .with = "depfile" },
	{ OPT_TEXT, 'n', "name", offsetof(struct run_opts, name), "WORD",
	    "a word to find the run by" },
	{ OPT_FLAG, 'f', "force", offsetof(struct run_opts, force), NULL,
	    "run even if the same work was done before" },
	{ OPT_FLAG, 0, "pull", offsetof(struct run_opts, pull), NULL,
	    "what a colleague pushed is taken from the default remote" },
	{ OPT_TEXT, 0, "trial", offsetof(struct run_opts, trial),
	    "STUDY[/N]", "as a trial of that study: a new one, or trial N",
	    .excludes = "pull" },
	{ OPT_LIST, 'm', "metric", offsetof(struct run_opts, metrics),
	    "NAME,...", "of --trial: the metric that counts; one a direction" },
	STUDY_AT(struct run_opts, journal),
	OPT_END
};

static int
read_params(struct cli *c, struct param **out, const struct texts *given,
    struct err *e)
{
	struct param *p = arena_alloc(&c->arena,
	    (given->n + 1) * sizeof(*p));

	for (size_t i = 0; i < given->n; i++)
		if (!cli_key_value(c, given->v[i], &p[i].name, &p[i].value))
			return err_set(e, ERR_USAGE,
			    "'-p %s' is not KEY=VALUE", given->v[i]);
	*out = p;
	return 0;
}

static void
print_outcome(struct cli *c, const struct command_outcome *done)
{
	const char *how = done->restored ? "restored" :
	    done->finished ? "finished" : "failed";
	char id[OID_TEXT];

	out_begin(&c->out, "mlv.run.ended/1");
	out_text(&c->out, "name", done->label);
	out_text(&c->out, "id", oid_is_none(&done->manifest) ? NULL :
	    oid_print(id, &done->manifest));
	out_text(&c->out, "status", how);
	out_int(&c->out, "exit", done->exit_status);
	out_end(&c->out);
}

/* What somebody else did and pushed. */
static int
recall_run(void *ctx, char **run, const char *work, struct err *e)
{
	struct cli *c = ctx;
	struct remote_request rq = { .progress = &c->progress };
	struct remote_environment env;
	struct remote *r;
	int result;

	cli_remote_environment(&env, c);
	if (remote_open(&r, c->catalog, NULL, &env, e) < 0)
		return -1;
	result = remote_recall(run, r, work, &rq, e);
	remote_close(r);
	return result;
}

static int
run_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct run_opts *o = opts;

	(void)argv;
	if (!o->trial && (o->metrics.n || o->journal))
		return cli_usage(c, "--metric and --journal go with --trial");
	return argc ? 0 : cli_usage(c, "run needs a command after '--'");
}

/* It is among what the command makes. */
static void
add_depfile(struct cli *c, struct command_request *rq, const char *path)
{
	const char **outs = arena_alloc(&c->arena, (rq->n_outs + 1) *
	    sizeof(*outs));

	for (size_t i = 0; i < rq->n_outs; i++)
		outs[i] = rq->outs[i];
	outs[rq->n_outs++] = path;
	rq->outs = outs;
	rq->depfile = path;
}

static int
run_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct run_opts *o = opts;
	struct err e = ERR_INIT;
	struct command_outcome done;
	struct param *params = NULL;
	struct command_request rq = {
		.command = (const char *const *)argv, .name = o->name,
		.parent = getenv("MLV_RUN"),
		.deps = o->deps.v, .n_deps = o->deps.n,
		.n_params = o->params.n, .outs = o->outs.v,
		.n_outs = o->outs.n, .force = o->force, .log = &c->log,
		.depfile_folder = o->folder,
	};
	int r;

	(void)argc;
	if (read_params(c, &params, &o->params, &e) < 0)
		return cli_fail(c, &e);
	rq.params = params;
	if (o->depfile)
		add_depfile(c, &rq, o->depfile);
	if (o->trial)
		return run_as_trial(c, o->trial, o->journal, &o->metrics, &rq);
	if (o->pull) {
		rq.recall = recall_run;
		rq.recall_ctx = c;
	}
	r = command_run(&done, c->catalog, &rq, &e);
	c->committed = done.id[0] != '\0' && !done.restored;
	if (done.id[0])
		print_outcome(c, &done);
	if (r < 0)
		return cli_fail(c, &e);
	return done.exit_status ? EXIT_NO : EXIT_YES;
}

const struct verb verb_run = {
	.name = "run",
	.summary = "run any command as a tracked run",
	.synopsis = "[-d NAME]... [-p KEY=VALUE]... [-o FILE]... "
	    "[--depfile FILE] [-n WORD] [-f] [--pull] [--trial STUDY[/N]] -- COMMAND [ARGUMENT]...",
	.about =
"Runs COMMAND and keeps a record: the command, the git commit and what was\n"
"changed since, inputs and outputs by content, parameters, metrics, the words\n"
"it printed, and what it cost.  The same command on the same content with the\n"
"same parameters is not run again: its outputs are put back.  Without --dep it\n"
"is run every time.  With --pull a run that a colleague pushed does as well:\n"
"its outputs are fetched, checked and put in place.\n"
"--depfile names a file the command makes, as gcc -MD does, with what else it\n"
"read: it is run again when that changes, too.\n"
"Standard input is '--dep -', else it is empty.\n"
"\n"
"The command finds its run in MLV_RUN, so 'mlv-train log' inside it adds\n"
"metrics, and its parameters in MLV_PARAM_KEY; what -d names in the repository\n"
"it reads with 'mlv-data cat data:NAME'.  Its standard output and standard\n"
"error go to standard error; the run's record to standard output.\n"
"\n"
"With --trial the run is a trial of a study, new or one that 'search ask' gave:\n"
"its parameters are the run's, and {NAME} is the value of one in COMMAND, -d and\n"
"-o.  How it ended is told as by 'search run', which says what its value is; its\n"
"record is the trial's.  A trial that is told already is not run again.\n"
"\n"
"Exit status: 0 done or restored, 1 the command failed or did not make an\n"
"output, 2 usage, 3 trouble; with --trial also 4 somebody works on it, or it is\n"
"left to be asked again.\n"
"\n"
"example: mlv-train run -d train.py -d data:churn-train -p lr=0.1 -o model.onnx \\\n"
"             -- python3 train.py\n"
"         mlv-train run --trial tune/3 -m auc -- ./fit.sh --lr {lr}\n",
	.options = run_options, .opts_size = sizeof(struct run_opts),
	.flags = VERB_JSON | VERB_COMMAND | VERB_REPOSITORY |
	    VERB_EVENTS, .check = run_check, .run = run_run,
};
