/* mlv-train search add: what is known already, and what to try first. */
#include <math.h>

#include "cli/cli.h"
#include "exec/command.h"
#include "search/given.h"
#include "search/setup.h"
#include "study.h"
#include "track/find.h"
#include "verbs.h"

struct add_opts {
	const char *journal;
	struct texts params, metrics;
};

static const struct opt add_options[] = {
	{ OPT_TEXTS, 'p', "param", offsetof(struct add_opts, params),
	    "NAME=VALUE", "try this value first; repeatable, for one trial" },
	{ OPT_LIST, 'm', "metric", offsetof(struct add_opts, metrics),
	    "NAME,...", "of runs: the metric that counts; one a direction" },
	STUDY_AT(struct add_opts, journal),
	OPT_END
};

static int
add_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct add_opts *o = opts;

	(void)argv;
	if (argc == 0)
		return cli_usage(c, "search add takes the study, and runs or "
		    "--param");
	if (o->params.n && (argc > 1 || c->from_stdin || o->metrics.n))
		return cli_usage(c, "--param is a trial to be tried: it goes "
		    "with neither runs nor --metric");
	if (o->params.n == 0 && o->metrics.n == 0)
		return cli_usage(c, "say with --metric what counts of the runs, "
		    "or with --param what is to be tried");
	return 0;
}

/* --- what to try ----------------------------------------------------------- */

static int
queue(struct cli *c, const struct add_opts *o, struct study *s,
    const struct space *space, struct err *e)
{
	struct json *fixed = json_new(&c->arena, JSON_MAP);
	const char *key, *value;
	int64_t number;

	for (size_t i = 0; i < o->params.n; i++) {
		if (!cli_key_value(c, o->params.v[i], &key, &value))
			return err_set(e, ERR_USAGE, "'-p %s' is not "
			    "NAME=VALUE", o->params.v[i]);
		json_add(&c->arena, fixed, key, journal_value(&c->arena,
		    value));
	}
	if (study_queue(&number, s, space, fixed, e) < 0)
		return -1;
	print_trial(c, s, (size_t)number);
	return 0;
}

/* --- what is known --------------------------------------------------------- */

static int
find_values(double *value, const struct run *run, const struct texts *metrics,
    struct err *e)
{
	for (size_t k = 0; k < metrics->n; k++) {
		const struct run_metric *m = run_find_metric(run,
		    metrics->v[k]);

		if (m == NULL || !isfinite(m->summary))
			return err_set(e, ERR_NO, "it has no metric '%s'",
			    metrics->v[k]);
		value[k] = m->summary;
	}
	return 0;
}

/* 1 added, 0 passed over with a warning, -1. */
static int
add_run(struct cli *c, const struct add_opts *o, struct study *s,
    const struct space *space, const char *name, struct err *e)
{
	double value[STUDY_OBJECTIVES_MAX];
	double *x = arena_alloc(&c->arena, (space->n + 1) * sizeof(*x));
	struct err why = ERR_INIT;
	int64_t number;
	struct run run;
	int r;

	if (run_read(&run, c->catalog, name, e) < 0)
		return -1;
	if (run.status != RUN_FINISHED)
		r = err_set(&why, ERR_NO, "it is %s", run_status_text(
		    run.status));
	else if ((r = given_values(x, space, run.params, &why)) == 0 &&
	    (r = find_values(value, &run, &o->metrics, &why)) == 0)
		r = study_add_given(&number, s, space, x, value, run.id, &why);
	if (r == 0)
		print_trial(c, s, (size_t)number);
	else if (why.code == ERR_NO || why.code == ERR_EXISTS)
		cli_warn(c, "run:%s is left out: %s", run.id, why.msg);
	else
		*e = why;
	run_free(&run);
	return r == 0 ? 1 : e->code == ERR_NONE ? 0 : -1;
}

static int
add_runs(struct cli *c, const struct add_opts *o, struct study *s,
    const struct space *space, int argc, char **argv, struct err *e)
{
	struct texts names;
	size_t added = 0;

	if (cli_names(c, &names, argc, argv, e) < 0)
		return -1;
	if (catalog_repo(c->catalog) == NULL)
		return err_set(e, ERR_USAGE, "runs are in a repository, and "
		    "there is none here");
	for (size_t i = 0; i < names.n; i++) {
		int r = add_run(c, o, s, space, names.v[i], e);

		if (r < 0)
			return -1;
		added += (size_t)r;
		c->committed = added > 0;
	}
	return added ? 0 : err_set(e, ERR_NO, "no run was added to '%s'",
	    s->name);
}

static int
add_verb_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct add_opts *o = opts;
	struct study_setup setup;
	struct err e = ERR_INIT;
	struct study *s;
	int status = 0;

	if (study_open_there(&s, c, o->journal, argv[0], &e) < 0)
		return cli_fail(c, &e);
	if (setup_of_study(&setup, s, &e) < 0)
		status = cli_fail(c, &e);
	else if (o->params.n)
		status = queue(c, o, s, &setup.space, &e) < 0 ? cli_fail(c,
		    &e) : EXIT_YES;
	else if ((status = study_check_metrics(c, s, &o->metrics)) == 0 &&
	    add_runs(c, o, s, &setup.space, argc - 1, argv + 1, &e) < 0)
		status = cli_fail(c, &e);
	setup_release(&setup);
	study_close(s);
	return status;
}

const struct verb verb_search_add = {
	.name = "search add",
	.summary = "give a search trials that are known, or to try first",
	.synopsis = "-m NAME [--journal FILE] STUDY RUN...\n"
	    "-m NAME [--journal FILE] STUDY --stdin\n"
	    "-p NAME=VALUE... [--journal FILE] STUDY",
	.about =
"A warm start: each RUN becomes a complete trial, with its parameters of the\n"
"names that the space has and the value of its metric.  One that did not finish,\n"
"lacks a parameter, or has a value that the space does not have is left out with\n"
"a warning; one that the study has already, too.\n"
"\n"
"With --param a trial waits that 'search ask' gives next, with these values; the\n"
"others are drawn.\n"
"\n"
"Prints the record of each trial.  Exit status: 0 added, 1 no run was, 2 usage,\n"
"3 trouble.\n"
"\n"
"example: mlv-train runs --where 'metrics.auc > 0.7' | \\\n"
"             mlv-train search add tune -m auc --stdin\n"
"         mlv-train search add tune -p lr=0.1 -p depth=6\n",
	.options = add_options, .opts_size = sizeof(struct add_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_STDIN | VERB_CATALOG,
	.check = add_check, .run = add_verb_run,
};
