/* mlv-train fit: a table in, a proven ONNX model out. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "fitting.h"
#include "verbs.h"

struct fit_opts {
	struct fitting_opts fit;
};

#define AT(field) offsetof(struct fit_opts, fit.field)

static const struct opt fit_options[] = {
	{ OPT_TEXT, 't', "target", AT(rq.frame.target), "COLUMN",
	    "the column to learn",
	    .needed = "say with --target which column to learn" },
	{ OPT_TEXT, 'l', "learner", AT(rq.learn.name), "NAME",
	    "logistic, linear or gbdt",
	    .needed = "say with --learner how: logistic, linear or gbdt" },
	{ OPT_TEXT, 'o', "output", AT(rq.output), "FILE",
	    "the ONNX file to make",
	    .needed = "say with -o where the model goes" },
	FITTING_OPTIONS(struct fit_opts, fit),
	{ OPT_TEXT, 'n', "name", AT(rq.name), "WORD",
	    "a word to find the run by" },
	OPT_END
};

/* Metrics that fit a line; the rest is in --json and in the run. */
static const char *const headline[] = { "auc", "logloss", "accuracy", "rmse",
	"r2" };

static void
print_fold_metric(struct cli *c, const struct fold_metrics *cv,
    const char *name)
{
	for (size_t i = 0; i < cv->n; i++)
		if (strcmp(cv->m[i].name, name) == 0)
			out_text(&c->out, name, arena_printf(&c->arena,
			    "cv.%s=%.6g+-%.2g", name, cv->m[i].mean,
			    cv->m[i].sd));
}

static void
print_outcome(struct cli *c, const struct fit_request *rq,
    const struct fit_outcome *f)
{
	char id[OID_TEXT];

	out_begin(&c->out, "mlv.fit/1");
	out_text(&c->out, "name", f->label[0] ? f->label : rq->output);
	out_text(&c->out, "id", oid_print(id, &f->model));
	out_text(&c->out, "learner", rq->learn.name);
	out_text(&c->out, "task", task_name(f->task));
	out_int(&c->out, "rows", (int64_t)f->rows);
	out_int(&c->out, "iterations", f->iterations);
	out_only(&c->out, OUT_TEXT);
	if (f->loss_name)
		out_text(&c->out, "loss", arena_printf(&c->arena, "%s=%.6g",
		    f->loss_name, f->loss));
	for (size_t i = 0; f->judged && i < sizeof(headline) /
	    sizeof(*headline); i++) {
		const struct metric *m = metrics_find(&f->valid.metrics,
		    headline[i]);

		if (m)
			out_text(&c->out, headline[i], arena_printf(&c->arena,
			    "%s=%.6g", m->name, m->value));
	}
	for (size_t i = 0; i < sizeof(headline) / sizeof(*headline); i++)
		print_fold_metric(c, &f->cv, headline[i]);
	out_only(&c->out, OUT_JSON);
	out_int(&c->out, "features", (int64_t)f->features);
	out_int(&c->out, "rows_without_target", (int64_t)f->dropped);
	out_int(&c->out, "bytes", (int64_t)f->size);
	out_bool(&c->out, "converged", f->converged);
	if (f->positive)
		out_text(&c->out, "positive", f->positive);
	if (f->loss_name)
		out_num(&c->out, f->loss_name, f->loss);
	if (f->judged)
		out_tree(&c->out, "metrics", evaluation_metrics(&c->arena,
		    &f->valid));
	if (f->cv_kind) {
		out_int(&c->out, "folds", (int64_t)f->cv.folds);
		out_text(&c->out, "folds_kind", f->cv_kind);
		out_tree(&c->out, "cv", fold_metrics_json(&c->arena, &f->cv));
	}
	out_only(&c->out, OUT_BOTH);
	out_path(&c->out, "path", rq->output);
	out_end(&c->out);
}

static int
fit_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct fit_opts *o = opts;
	int r = fitting_check(c, &o->fit);

	if (r != 0)
		return r;
	if (argc == 0)
		return cli_usage(c, "fit needs the name of its data");
	if (argc > 1)
		return cli_usage(c, "fit takes one name of data, not also "
		    "'%s'", argv[1]);
	return 0;
}

static int
fit_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct fit_opts *o = opts;
	struct fit_request *rq = &o->fit.rq;
	struct err e = ERR_INIT;
	struct fit_outcome done;
	int r;

	rq->parent = getenv("MLV_RUN");
	(void)argc;
	if ((r = fitting_fill(c, &o->fit, argv[0])) != 0)
		return r;
	if (file_refuse_same(rq->output, rq->data, &e) < 0 ||
	    file_refuse_same(rq->output, rq->valid, &e) < 0)
		return cli_fail(c, &e);
	r = fit_model(&done, c->catalog, rq, &e);
	if (r == 0 || e.code == ERR_UNPROVEN) {
		c->committed = true;
		if (done.warning)
			cli_warn(c, "%s", done.warning);
		print_outcome(c, rq, &done);
		fit_outcome_release(&done);
	}
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_fit = {
	.name = "fit",
	.summary = "fit a model to a table, as an ONNX file",
	.synopsis = "-t COLUMN -l LEARNER -o FILE [-v NAME] "
	    "[-s NAME=VALUE]... [options] NAME",
	.about =
"Fits a learner to the rows of NAME and writes an ONNX model that takes the\n"
"raw columns: imputing, scaling and encoding are part of its graph.  In a\n"
"repository the fit is recorded as a run, whose name is printed first.\n"
"\n"
"Learners and their parameters (--set), with scikit-learn's and LightGBM's\n"
"names and defaults:\n"
"  logistic   C=1 penalty=l2|l1|elasticnet|none l1_ratio=0.5 max_iter=100\n"
"             tol=1e-6 class_weight=balanced|CLASS:WEIGHT,...\n"
"  linear     penalty=none|l2|l1|elasticnet alpha=1 (with a penalty)\n"
"             l1_ratio=0.5 max_iter=100 tol=1e-6\n"
"  gbdt       num_iterations=100 learning_rate=0.1 num_leaves=31\n"
"             max_depth=-1 min_data_in_leaf=20 min_sum_hessian_in_leaf=0.001\n"
"             lambda_l1=0 lambda_l2=0 min_gain_to_split=0 max_bin=255\n"
"             min_data_in_bin=3 bin_construct_sample_cnt=200000\n"
"             feature_fraction=1 bagging_fraction=1 bagging_freq=0\n"
"             cat_smooth=10 cat_l2=10 max_cat_threshold=32\n"
"             max_cat_to_onehot=4 min_data_per_group=100 scale_pos_weight=1\n"
"             early_stopping_round=50 (with --valid, 0 is never)\n"
"             boost_from_average=true seed (of --seed)\n"
"             objective=regression|regression_l1|huber|quantile|poisson|tweedie\n"
"             |binary|multiclass (mae, l1, mse, l2 and softmax are others' names)\n"
"             alpha=0.9 (of huber and quantile) tweedie_variance_power=1.5\n"
"             poisson_max_delta_step=0.7 metric (what --valid is watched by: auc,\n"
"             binary_error, l1, l2, rmse, mape, multi_error ...)\n"
"             class_weight=balanced|CLASS:WEIGHT,...\n"
"             monotone_constraints=1,0,-1,... or COLUMN:1,... (basic)\n"
"\n"
"With --cv each of K folds is judged by what is fitted to the others, and the\n"
"mean and standard deviation of every metric are told; the model itself is\n"
"fitted to all rows.  Rows are dealt out by their content, within each class\n"
"of the target, or by group (--by) or time (--time): the same for every fit.\n"
"\n"
"A target of names, booleans or exactly two values is classified, any other\n"
"number regressed.  A column that cannot be used (free text, a key, a\n"
"date-time) is refused by name, with the option that settles it.\n"
"\n"
"In a repository the rows as gbdt takes them are kept below .mlv/cache: the next\n"
"fit of the same data, columns and bins does not read them again.\n"
"\n"
"Golden rows travel in the model and are asked again whenever it is opened.\n"
"They are drawn from the training profile, none of them a training row, unless\n"
"--golden-rows real lets some of these travel.\n"
"\n"
"example: mlv-train fit data:churn-train --valid data:churn-valid \\\n"
"             --target Churn --drop customerID --learner gbdt -o gbdt.onnx\n",
	.options = fit_options, .opts_size = sizeof(struct fit_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_CATALOG |
	    VERB_EVENTS, .check = fit_check, .run = fit_run,
};
