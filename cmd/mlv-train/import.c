/* mlv-train import mlruns, import tensorboard: runs of other trackers. */
#include "cli/cli.h"
#include "foreign/runs.h"
#include "verbs.h"

struct importing {
	struct cli *c;
	int status;
};

static void
print_imported(void *ctx, const struct imported *run)
{
	struct importing *p = ctx;
	struct cli *c = p->c;
	struct err e;

	if (run->why) {
		e = *run->why;
		p->status = cli_fail(c, &e);
		return;
	}
	out_begin(&c->out, "mlv.run.imported/1");
	out_text(&c->out, "name", arena_printf(&c->arena, "run:%s", run->id));
	out_text(&c->out, "status", run->added ? "added" : "unchanged");
	out_text(&c->out, "called", run->name);
	out_path(&c->out, "path", run->path);
	out_end(&c->out);
	c->committed |= run->added;
}

static int
import_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 1 ? 0 : cli_usage(c, "%s takes one path",
	    c->verb->name);
}

static int
import_folder(struct cli *c, const char *path,
    int (*import)(const struct import_request *, struct err *))
{
	struct importing p = { c, EXIT_YES };
	const struct import_request rq = { .catalog = c->catalog,
	    .path = path, .log = &c->log, .done = print_imported, .ctx = &p };
	struct err e = ERR_INIT;

	if (import(&rq, &e) < 0)
		return cli_fail(c, &e);
	return p.status;
}

static int
mlruns_run(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argc;
	return import_folder(c, argv[0], import_mlruns);
}

static int
tensorboard_run(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argc;
	return import_folder(c, argv[0], import_tensorboard);
}

const struct verb verb_import_mlruns = {
	.name = "import mlruns",
	.summary = "take over runs from MLflow's folders or database",
	.synopsis = "FOLDER|FILE.db",
	.about =
"Takes over the runs of an MLflow file store (mlruns), of one experiment, of one\n"
"run, or of MLflow's SQLite file: parameters, metrics with all their steps, tags,\n"
"status, times and artifacts (of a database those below its folder).  Prints a\n"
"record a run: name, status (added, unchanged), what it was called, path.  What\n"
"was taken over before is left alone, so it may be done again; a run that cannot\n"
"be read is told and the others go on.\n"
"\n"
"The experiment's name is the tag mlflow.experiment:\n"
"mlv-train runs --where 'facts.tags[\"mlflow.experiment\"] == \"churn\"'\n"
"\n"
"example: mlv-train import mlruns ./mlruns\n"
"example: mlv-train import mlruns ./mlflow.db\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY | VERB_EVENTS,
	.check = import_check, .run = mlruns_run,
};

const struct verb verb_import_tensorboard = {
	.name = "import tensorboard",
	.summary = "take over runs from TensorBoard's event files",
	.synopsis = "FOLDER",
	.about =
"Takes over what event files hold: each folder below FOLDER with files called\n"
"*tfevents* is a run of that name, its scalars are metrics with their steps and\n"
"times, its hparams parameters.  Prints a record a run: name, status (added,\n"
"unchanged), what it was called, path.\n"
"\n"
"example: mlv-train import tensorboard ./lightning_logs\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY | VERB_EVENTS,
	.check = import_check, .run = tensorboard_run,
};
