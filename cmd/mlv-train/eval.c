/* mlv-train eval: how well a model answers, with intervals. */
#include <string.h>

#include "catalog/bytes.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/open_table.h"
#include "catalog/put.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "flow/evaluate_folds.h"
#include "judge/evaluate.h"
#include "judge/leakage.h"
#include "store/odb.h"
#include "verbs.h"
#include "words.h"
#include "model/meta.h"
#include "model/open.h"

struct eval_opts {
	struct reading read;
	const char *target, *positive, *score, *label;
	struct texts drop, inputs;
	struct folds_opts cv;
	double threshold;
	int64_t seed;
	int task;
	bool record, no_record, importance, drop_missing;
};

static const struct eval_opts eval_defaults = { .threshold = 0.5,
    .importance = true };

static const struct opt eval_options[] = {
	{ OPT_TEXT, 't', "target", offsetof(struct eval_opts, target),
	    "COLUMN", "the column with the truth; default the model's" },
	{ OPT_WORD, 0, "task", offsetof(struct eval_opts, task), "TASK",
	    "binary, multiclass or regression, instead of finding out",
	    .words = task_words },
	{ OPT_TEXT, 0, "positive", offsetof(struct eval_opts, positive),
	    "CLASS", "of two classes the positive one" },
	{ OPT_TEXT, 0, "score", offsetof(struct eval_opts, score), "OUTPUT",
	    "which output of the model to judge" },
	{ OPT_NUM, 0, "threshold", offsetof(struct eval_opts, threshold), "P",
	    "probability from which a row counts as positive", .high = 1 },
	{ OPT_LIST, 'd', "drop", offsetof(struct eval_opts, drop),
	    "COLUMN,...", "no columns of a model that takes a matrix" },
	{ OPT_LIST, 0, "inputs", offsetof(struct eval_opts, inputs),
	    "COLUMN,...", "the columns of a model that takes a matrix" },
	{ OPT_INT, 0, "cv", offsetof(struct eval_opts, cv.folds), "K",
	    "judge K folds of the rows apart", .high = FOLDS_MAX },
	{ OPT_TEXT, 0, "by", offsetof(struct eval_opts, cv.by), "COLUMN",
	    "of --cv: keep rows with the same value in one fold" },
	{ OPT_TEXT, 0, "time", offsetof(struct eval_opts, cv.time), "COLUMN",
	    "of --cv: folds by time" },
	{ OPT_FLAG, 0, "drop-missing-target", offsetof(struct eval_opts,
	    drop_missing), NULL, "leave rows out that have no truth" },
	{ OPT_INT, 0, "seed", offsetof(struct eval_opts, seed), "N",
	    "of the bootstrap" },
	{ OPT_TEXT, 0, "label", offsetof(struct eval_opts, label), "WORD",
	    "what gates call it; default train, valid or test by lineage" },
	{ OPT_FLAG, 0, "record", offsetof(struct eval_opts, record), NULL,
	    "keep the result as evidence, as a repository does anyhow" },
	{ OPT_FLAG, 0, "no-record", offsetof(struct eval_opts, no_record),
	    NULL, "do not keep it", .excludes = "record" },
	{ OPT_FLAG, 0, "importance", offsetof(struct eval_opts, importance),
	    NULL, "weigh the inputs, for --json and the card" },
	READING_OPTIONS(struct eval_opts, read),
	OPT_END
};

/* One evaluation under way. */
struct work {
	struct cli *c;
	const struct eval_opts *o;
	struct catalog *catalog;
	struct catalog_bytes model, data;
	struct evaluation v;
	struct seen_data seen;
};

static int
record_evaluation(struct work *w, struct err *e)
{
	struct repo *s = catalog_repo(w->catalog);
	struct evaluation *v = &w->v;
	struct catalog_put put;

	if (s == NULL || w->o->no_record)
		return 0;
	if (catalog_put_bytes(&v->model.id, w->catalog, w->model.data,
	    w->model.n, e) < 0)
		return -1;
	if (w->data.item.kind == NAME_DATA) {
		v->data.id = w->data.item.id;
		v->data.type = TYPE_DATASET;
		if (odb_size(&v->data.size, repo_odb(s), &v->data.id, e) < 0)
			return -1;
	} else {
		v->data.id = v->data_content;
		v->data.type = w->data.type;
		v->data.size = w->data.n;
	}
	if (evaluation_put(&put, w->catalog, v, e) < 0)
		return -1;
	v->name = arena_strdup(&v->arena, put.label);
	w->c->committed = true;
	return 0;
}

static void
print_interval(struct out *out, const struct metric *m)
{
	if (m->interval == NULL) {
		out_null(out, "low");
		out_null(out, "high");
		out_null(out, "interval");
		return;
	}
	out_short(out, "low", m->low, 6);
	out_short(out, "high", m->high, 6);
	out_text(out, "interval", m->interval);
}

static void
print_evaluation(struct work *w)
{
	struct out *out = &w->c->out;

	for (size_t i = 0; !w->c->json && i < w->v.metrics.n; i++) {
		const struct metric *m = &w->v.metrics.m[i];

		out_begin(out, "mlv.evaluation.metric/1");
		out_text(out, "metric", m->name);
		out_short(out, "value", m->value, 6);
		print_interval(out, m);
		out_text(out, "label", w->v.label);
		out_end(out);
	}
	if (!w->c->json)
		return;
	out_begin(out, EVALUATION_SCHEMA);
	for (const struct json *j = evaluation_write(&w->c->arena,
	    &w->v)->child; j; j = j->next)
		out_tree(out, j->key, j);
	out_end(out);
}

/* What the evidence is called.  It is not new rows because somebody says
 * so: what the model was made from is in its lineage. */
static int
name_evidence(struct work *w, const char *data, struct err *e)
{
	const char *train = seen_label(SEEN_TRAIN);
	struct evaluation *v = &w->v;

	if (seen_data(&w->seen, w->catalog, &w->model, &w->data, e) < 0)
		return -1;
	v->label = w->o->label ? w->o->label : seen_label(w->seen.seen);
	if (w->seen.seen == SEEN_TRAIN &&
	    strncmp(v->label, train, strlen(train)) != 0)
		cli_warn(w->c, "the model learned from rows of %s in %s: as "
		    "'%s' they say too much good of it", data, w->seen.run,
		    v->label);
	if (w->seen.seen != SEEN_NOT)
		v->seen = seen_label(w->seen.seen);
	v->model.name = w->model.item.label;
	v->model.id = *catalog_bytes_id(&w->model);
	v->model.size = w->model.n;
	v->data.name = w->data.item.label;
	v->data_content = *catalog_bytes_id(&w->data);
	return 0;
}

/* One record a metric: its mean over the folds, its spread, its values. */
static int
judge_folds(struct work *w, const struct binding *p, const struct table *t,
    const struct evaluate_opts *eo, struct err *e)
{
	struct out *out = &w->c->out;
	struct arena *a = &w->c->arena;
	struct folds_opts o = w->o->cv;
	struct fold_metrics f;
	const struct json *m;

	o.seed = (uint64_t)w->o->seed;
	if (evaluate_folds(&f, a, p, t, eo, &o, e) < 0)
		return -1;
	m = fold_metrics_json(a, &f)->child;
	for (size_t i = 0; i < f.n; i++, m = m->next) {
		out_begin(out, "mlv.evaluation.folds/1");
		out_text(out, "metric", f.m[i].name);
		out_short(out, "mean", f.m[i].mean, 6);
		out_short(out, "sd", f.m[i].sd, 6);
		out_int(out, "folds", (int64_t)f.folds);
		out_text(out, "folds_kind", folds_kind(&o));
		out_only(out, OUT_JSON);
		out_tree(out, "values", json_get(m, "values"));
		out_only(out, OUT_BOTH);
		out_end(out);
	}
	return 0;
}

/* The rows that have an answer, when others are to be left out. */
static int
judge_answered(struct work *w, const struct binding *p, const struct table *t,
    const struct evaluate_opts *eo, const char *data, struct err *e)
{
	const char *target = eo->target ? eo->target :
	    model_meta(binding_model(p), META_TARGET);
	struct table *some = NULL;
	size_t gone, at;
	int r;

	if (w->o->drop_missing && target) {
		if (table_index(&at, t, target, e) < 0 ||
		    table_gather_known(&some, &gone, t, at, e) < 0)
			return -1;
		if (gone > 0)
			cli_warn(w->c, "%s: %zu of %zu rows have no value of "
			    "the target '%s' and are left out", data, gone,
			    t->rows, target);
	}
	r = w->o->cv.folds ? judge_folds(w, p, some ? some : t, eo, e) :
	    evaluate_table(&w->v, p, some ? some : t, eo, e);
	table_free(some);
	return r;
}

static int
judge_model(struct work *w, const struct table_read_opts *user,
    struct evaluate_opts *eo, const char *data, struct err *e)
{
	const struct bind_opts so = { .columns = w->o->inputs.v,
	    .n_columns = w->o->inputs.n };
	struct table_read_opts read = *user;
	struct binding *p;
	struct table *t;
	int r;

	if (binding_open(&p, w->model.data, w->model.n, &so, e) < 0)
		return err_wrap(e, "%s", w->model.item.label);
	if (binding_by_place(p))
		cli_warn(w->c, "the model does not name its columns: it takes "
		    "them in the order of the data; --inputs says which");
	evaluate_read_opts(&read, &w->c->arena, p);
	r = catalog_open_table(&t, &w->data, w->catalog, data, &read, e);
	if (r < 0) {
		binding_free(p);
		return -1;
	}
	r = judge_answered(w, p, t, eo, data, e);
	if (r < 0)
		err_wrap(e, "%s", data);
	binding_free(p);
	table_free(t);
	if (r == 0 && w->o->cv.folds == 0) {
		const char *gap[EVALUATION_GAPS];
		size_t n = evaluation_gaps(gap, &w->v);

		for (size_t i = 0; i < n; i++)
			cli_warn(w->c, "%s: %s", data, gap[i]);
		r = name_evidence(w, data, e);
		if (r == 0)
			r = record_evaluation(w, e);
		if (r == 0)
			print_evaluation(w);
		evaluation_release(&w->v);
	}
	catalog_bytes_close(&w->data);
	return r;
}

static int
eval_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct eval_opts *o = opts;
	struct work w = { .c = c, .catalog = c->catalog, .o = o };
	struct table_read_opts read;
	struct err e = ERR_INIT;
	struct evaluate_opts eo = { .target = o->target,
	    .task = (enum task)o->task,
	    .positive = o->positive, .score = o->score,
	    .threshold = o->threshold, .seed = (uint64_t)o->seed,
	    .drop = o->drop.v, .n_drop = o->drop.n };
	int r;

	if (argc != 2)
		return cli_usage(c, "eval needs a model and data");
	if (strcmp(argv[0], "-") == 0 && strcmp(argv[1], "-") == 0)
		return cli_usage(c, "standard input cannot be both the model "
		    "and the data");
	if (o->label && !name_alias_ok(o->label))
		return cli_usage(c, "'%s' is no label: lower-case letters, "
		    "digits, '.', '_' and '-'", o->label);
	if (o->cv.folds == 1 || (o->cv.folds == 0 && (o->cv.by ||
	    o->cv.time)) || (o->cv.by && o->cv.time))
		return cli_usage(c, "--cv takes 2 folds or more, and with it "
		    "one of --by and --time");
	if (o->cv.folds && (o->record || o->label))
		return cli_usage(c, "folds are not kept as evidence: --cv goes "
		    "without --record and --label");
	if ((r = reading_opts(&read, c, &o->read)) != 0)
		return r;
	if (o->record && catalog_repo(w.catalog) == NULL) {
			return cli_usage(c, "--record needs a repository around this "
		    "folder: 'mlv-data init' makes one");
	}
	/* where nobody would see it, it is not measured */
	eo.importance = o->importance && (c->json || (!o->no_record &&
	    catalog_repo(w.catalog)));
	r = catalog_open_bytes(&w.model, w.catalog, cli_model_name(c,
	    argv[0]), &e);
	if (r == 0) {
		r = judge_model(&w, &read, &eo, argv[1], &e);
		catalog_bytes_close(&w.model);
	}
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_eval = {
	.name = "eval",
	.summary = "judge a model on rows whose answer is known",
	.synopsis = "[-t COLUMN] [--label WORD] [--no-record] [options] "
	    "MODEL NAME",
	.about =
"Scores the rows of NAME with the ONNX model and prints one record a metric:\n"
"its name, value, 95 % interval, how that was made (delong, newcombe, wilson,\n"
"normal or bootstrap; none where nothing varies), and the label.  The model\n"
"may come from anywhere.\n"
"\n"
"Two classes: auc, average_precision, logloss, brier, accuracy, precision,\n"
"recall, f1, ks, ece (calibration).  More: accuracy, logloss, f1_macro,\n"
"f1_weighted, auc_ovr.  Numbers: rmse, mae, r2, median_ae, and of a model\n"
"whose metadata calls its objective so pinball (quantile), poisson_deviance,\n"
"gamma_deviance.\n"
"\n"
"In a repository the result is kept, tied to the model's and the data's\n"
"content, where 'mlv-registry gate' and 'mlv-card new' find it.  Its label is\n"
"train or valid where the model's run read these bytes, or a part of them, as\n"
"such, else test.\n"
"With --cv K folds of the rows are judged apart, and the mean and standard\n"
"deviation of every metric printed; nothing is kept.\n"
"\n"
"--json adds the ROC curve, the reliability table, how scores spread, the\n"
"confusion matrix and the importance of every input: how much worse the\n"
"answers get when its values are shuffled.  What the rows do not allow to be\n"
"said (auc where one class is missing) is left out, with a warning.\n"
"\n"
"example: mlv-train eval gbdt.onnx data:churn-test --target Churn\n",
	.options = eval_options, .opts_size = sizeof(struct eval_opts),
	.defaults = &eval_defaults, .flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG |
	    VERB_EVENTS,
	.run = eval_run,
};
