/* mlv-train search run: a search driven to its end. */
#include <string.h>

#include "base/pool.h"
#include "catalog/catalog.h"
#include "cli/cli.h"
#include "flow/search/search.h"
#include "search_fit.h"
#include "study.h"
#include "verbs.h"

struct run_opts {
	struct fitting_opts fit;
	const char *journal;
	struct texts metrics;
	int64_t jobs, trials;
	double seconds, joules, lease;
};

static const struct run_opts run_defaults = { .jobs = 1 };

static const struct opt run_options[] = {
	{ OPT_INT, 'j', "jobs", offsetof(struct run_opts, jobs), "N",
	    "so many trials at once; default 1", .low = 1, .high = 1024 },
	{ OPT_INT, 'n', "trials", offsetof(struct run_opts, trials), "N",
	    "stop after N trials; default never", .low = 1, .high = 1e9 },
	{ OPT_NUM, 0, "seconds", offsetof(struct run_opts, seconds), "SECONDS",
	    "begin no trial after so long", .high = INFINITY },
	{ OPT_NUM, 0, "joules", offsetof(struct run_opts, joules), "JOULES",
	    "begin no trial after the processors used so much",
	    .high = INFINITY },
	{ OPT_LIST, 'm', "metric", offsetof(struct run_opts, metrics),
	    "NAME,...", "the metric that counts; one a direction" },
	{ OPT_NUM, 0, "lease", offsetof(struct run_opts, lease), "SECONDS",
	    "what other hosts wait for a word of us; default 600",
	    .high = INFINITY },
	STUDY_AT(struct run_opts, journal),
	{ OPT_TEXT, 'l', "learner", offsetof(struct run_opts,
	    fit.rq.learn.name), "NAME",
	    "a trial fits this learner instead: gbdt, logistic or linear" },
	{ OPT_TEXT, 't', "target", offsetof(struct run_opts,
	    fit.rq.frame.target), "COLUMN",
	    "of --learner, as all that follow: the column to learn" },
	{ OPT_TEXT, 'o', "output", offsetof(struct run_opts, fit.rq.output),
	    "FILE", "put the model of the best trial there" },
	FITTING_OPTIONS(struct run_opts, fit),
	OPT_END
};

struct printing {
	struct cli *c;
	struct study *s;
};

static void
print_ended(void *ctx, size_t number)
{
	struct printing *p = ctx;
	struct err e;

	print_trial(p->c, p->s, number);
	/* what does not get through is told at the end */
	(void)out_flush(&p->c->out, &e);
	p->c->committed = true;
}

/* Words of a fit are for --learner alone. */
static bool
is_about_fit(const struct fitting_opts *o)
{
	const struct frame_opts *f = &o->rq.frame;
	const struct folds_opts *cv = &o->rq.cv;

	return f->target || f->positive || f->weight || f->task != TASK_AUTO ||
	    o->rq.output || o->rq.valid || cv->folds || cv->by || cv->time ||
	    o->set.n || o->drop.n || o->categorical.n || o->numeric.n ||
	    o->rq.drop_missing || o->threads || o->rq.learn.seed;
}

static int
run_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct run_opts *o = opts;

	if (o->fit.rq.learn.name)
		return argc == 2 ? 0 : cli_usage(c, "search run --learner "
		    "takes the study and the name of its data%s%s%s", argc > 2 ?
		    ", not also '" : "", argc > 2 ? argv[2] : "", argc > 2 ?
		    "'" : "");
	if (is_about_fit(&o->fit))
		return cli_usage(c, "--target, --valid, --cv, --set, --drop and "
		    "-o go with --learner");
	return argc >= 2 ? 0 : cli_usage(c, "search run takes the study and, "
	    "after '--', a command");
}

static int
drive_study(struct cli *c, struct run_opts *o, struct study *s,
    const struct study_setup *setup, const struct study_place *at, char **argv)
{
	struct printing printing = { c, s };
	struct search_fit fit;
	struct search_request rq = {
		.place = at, .study = s, .setup = setup, .catalog = c->catalog,
		.command = (const char *const *)argv + 1,
		.metric = o->metrics.v, .n_metrics = o->metrics.n,
		.jobs = (size_t)o->jobs, .trials = (size_t)o->trials,
		.seconds = o->seconds, .joules = o->joules, .lease_s = o->lease, .log = &c->log,
		.ended = print_ended, .ctx = &printing,
	};
	struct search_outcome out;
	struct err e = ERR_INIT;
	int r;

	if (o->fit.rq.learn.name) {
		if (o->fit.threads == 0)
			o->fit.threads = (pool_default_threads() + (int)o->jobs -
			    1) / (int)o->jobs;
		if ((r = search_fit_init(&fit, c, &o->fit, argv[1], s, setup,
		    &o->metrics)) != 0)
			return r;
		rq.work = search_fit_trial;
		rq.work_ctx = &fit;
	}
	if (search_drive(&out, &rq, &e) < 0)
		return cli_fail(c, &e);
	if (out.stopped) {
		err_set(&e, ERR_STOPPED, "stopped by a signal; %zu trial%s left "
		    "to be asked again", out.left, out.left == 1 ? " is" :
		    "s are");
		return cli_fail(c, &e);
	}
	if (out.asked && out.complete + out.pruned == 0) {
		err_set(&e, ERR_NO, out.asked == 1 ? "the trial was not "
		    "completed" : "none of %zu trials was completed", out.asked);
		return cli_fail(c, &e);
	}
	if (o->fit.rq.output && search_fit_deliver(c, s, o->fit.rq.output,
	    &e) < 0)
		return cli_fail(c, &e);
	return EXIT_YES;
}

static int
run_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct run_opts *o = opts;
	struct study_setup setup;
	struct err e = ERR_INIT;
	struct study_place at;
	struct study *s;
	int status;

	(void)argc;
	if (study_open_there(&s, c, o->journal, argv[0], &e) < 0)
		return cli_fail(c, &e);
	at = study_place_of(c, s);
	if (setup_of_study(&setup, s, &e) < 0)
		status = cli_fail(c, &e);
	else if ((status = study_check_metrics(c, s, &o->metrics)) != 0)
		;
	else if (o->fit.rq.output && s->n_objectives > 1)
		status = cli_usage(c, "study '%s' has %zu directions, and no "
		    "trial is the best in all: take a model by its run",
		    s->name, s->n_objectives);
	else
		status = drive_study(c, o, s, &setup, &at, argv);
	setup_release(&setup);
	study_close(s);
	return status;
}

const struct verb verb_search_run = {
	.name = "search run",
	.summary = "run a command for one trial after the other",
	.synopsis = "[-j N] [-n N] [-m NAME] [options] STUDY -- COMMAND "
	    "[ARGUMENT]...\n"
	    "-l LEARNER -t COLUMN (-v NAME | --cv K) -m NAME [options] STUDY "
	    "DATA",
	.about =
"Asks for trials, runs COMMAND for each, N at once, and tells what became of\n"
"it.  In its arguments {NAME} is the value of a parameter and {trial} the\n"
"number; in its environment MLV_PARAM_NAME, MLV_STUDY and MLV_TRIAL.\n"
"\n"
"The value is what it prints last: 'auc=0.84' or {\"auc\":0.84} for --metric auc,\n"
"or what it logged under that name; without --metric a line that is a number or\n"
"has one NAME=NUMBER.  An exit status but 0 fails the trial.  Status 75 and being\n"
"interrupted leave it to be asked again.  A trial that 'search report' has\n"
"stopped is pruned, whatever the status.\n"
"\n"
"In a repository each trial is a run.  Several of these, on several hosts, may\n"
"drive one study; a trial whose worker was killed is asked again.\n"
"\n"
"With --learner a trial is a fit of our own ('mlv-train fit' says what its\n"
"options mean): the parameters of the space are the learner's, and --metric is\n"
"one of --valid, or the mean of --cv.  Trials share the rows as the first made\n"
"them ready.  A pruner is told of each round, or fold.  -o takes the best model.\n"
"\n"
"Prints the record of each trial as it ends.  Exit status: 0 done, 1 no trial\n"
"was completed, 2 usage, 3 trouble.\n"
"\n"
"example: mlv-train search run tune -j2 --trials 30 --metric auc -- \\\n"
"             sh -c 'mlv-train fit rows.csv -t y -l gbdt -o {trial}.onnx \\\n"
"             -v valid.csv --set learning_rate={lr}'\n"
"         mlv-train search run tune -j2 -n 30 -m auc -l gbdt -t y -v valid.csv \\\n"
"             -o best.onnx rows.csv\n",
	.options = run_options, .opts_size = sizeof(struct run_opts),
	.defaults = &run_defaults,
	.flags = VERB_JSON | VERB_NUL | VERB_CATALOG | VERB_EVENTS, .check = run_check, .run = run_run,
};
