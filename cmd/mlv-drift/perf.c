/* mlv-drift perf: answers beside the labels that came later. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cli/cli.h"
#include "cli/environment.h"
#include "cli/reading.h"
#include "cli/when.h"
#include "flow/perf/perf.h"
#include "stat/metric.h"
#include "labelling.h"
#include "verbs.h"

struct perf_verb {
	struct reading read;
	struct when_span when;
	struct texts by, least, features;
	struct labelling late;
	const char *time, *reference_until;
	const char *model, *version, *variant;
	double threshold;
	int64_t weak, sample;
	int estimate;
};

static const struct opt_word estimates[] = {
	{ "cbpe", PERF_CBPE }, { "dle", PERF_DLE }, { NULL, 0 }
};

static const struct opt perf_options[] = {
	{ OPT_TEXT, 'l', "labels", offsetof(struct perf_verb, late.labels), "FILE",
	    "labels as they came: a key and the truth a row",
	    .needed = "say with --labels where the labels are" },
	{ OPT_TEXT, 'k', "key", offsetof(struct perf_verb, late.key), "COLUMN",
	    "what both sides have; of requests also id or unit",
	    .needed = "say with --key which column joins both" },
	LABELLING_OPTIONS(struct perf_verb, late),
	{ OPT_LIST, 'b', "by", offsetof(struct perf_verb, by), "COLUMN,...",
	    "also by the values of these columns of the predictions" },
	{ OPT_WORD, 0, "estimate", offsetof(struct perf_verb, estimate),
	    "HOW", "cbpe or dle: how good, were there no labels",
	    .words = estimates },
	{ OPT_TEXT, 0, "reference-until", offsetof(struct perf_verb,
	    reference_until), "TIME",
	    "labelled rows before then teach the estimate (all)",
	    .with = "estimate" },
	{ OPT_LIST, 0, "features", offsetof(struct perf_verb, features),
	    "COLUMN,...", "of the answers; dle learns from them (all that can)" },
	{ OPT_INT, 0, "weak", offsetof(struct perf_verb, weak), "ROWS",
	    "find segments of so many labels or more that are worse",
	    .low = 2, .high = INFINITY },
	{ OPT_INT, 0, "sample", offsetof(struct perf_verb, sample), "ROWS",
	    "the most answers dle and --weak go by (1000000)", .low = 100,
	    .high = INFINITY },
	{ OPT_TEXTS, 0, "least", offsetof(struct perf_verb, least),
	    "METRIC=NUMBER", "exit 1 when all rows are surely worse" },
	{ OPT_NUM, 0, "threshold", offsetof(struct perf_verb, threshold),
	    "NUMBER", "a score from here on is the positive class (0.5)",
	    .low = -INFINITY, .high = INFINITY },
	{ OPT_TEXT, 0, "time", offsetof(struct perf_verb, time), "COLUMN",
	    "of a table: when it was answered" },
	WHEN_SPAN_OPTIONS(struct perf_verb, when),
	{ OPT_TEXT, 0, "model", offsetof(struct perf_verb, model), "NAME",
	    "requests that this model answered" },
	{ OPT_TEXT, 0, "version", offsetof(struct perf_verb, version),
	    "NUMBER", "requests that this version answered" },
	{ OPT_TEXT, 0, "variant", offsetof(struct perf_verb, variant),
	    "NAME", "stable or canary" },
	READING_OPTIONS(struct perf_verb, read),
	OPT_END
};

/* ---- records ---- */

static void
put_number(struct out *o, const char *key, double v)
{
	if (isnan(v))
		out_null(o, key);
	else
		out_num(o, key, v);
}

static void
put_metric(struct cli *c, const struct late_group *g,
    const struct late_metric *m)
{
	struct out *o = &c->out;

	out_begin(o, "mlv.drift.performance/1");
	out_text(o, "by", g->by);
	out_text(o, "value", g->value);
	out_text(o, "metric", m->name);
	put_number(o, "realised", m->value);
	put_number(o, "low", m->low);
	put_number(o, "high", m->high);
	put_number(o, "estimated", m->estimate);
	put_number(o, "estimated_low", m->estimate_low);
	put_number(o, "estimated_high", m->estimate_high);
	out_int(o, "labelled", (int64_t)g->labelled);
	out_int(o, "predictions", (int64_t)g->predictions);
	out_text(o, "verdict", g->weak ? "weak" : g->labelled == 0 ?
	    "unlabelled" : g->labelled < LATE_FEW ? "few" : "same");
	out_end(o);
}

static void
put_join(struct cli *c, const struct late_report *r,
    const struct perf_found *f)
{
	struct out *o = &c->out;

	if (!c->json)
		return;
	out_begin(o, "mlv.drift.join/1");
	out_text(o, "task", task_name(f->task));
	out_text(o, "target", f->target);
	out_text(o, "positive", f->positive);
	out_int(o, "predictions", (int64_t)r->predictions);
	out_int(o, "labels", (int64_t)r->labels);
	out_int(o, "labelled", (int64_t)r->labelled);
	out_int(o, "unlabelled", (int64_t)r->unlabelled.n);
	out_int(o, "unknown", (int64_t)r->unknown.n);
	out_int(o, "repeated", (int64_t)r->repeated.n);
	out_int(o, "conflicting", (int64_t)r->conflicting.n);
	out_int(o, "shared", (int64_t)r->shared.n);
	out_int(o, "strange", (int64_t)r->strange.n);
	out_int(o, "unscored", (int64_t)f->unscored);
	out_int(o, "unkeyed", (int64_t)r->unkeyed);
	out_int(o, "empty", (int64_t)r->empty);
	out_int(o, "skipped", (int64_t)f->skipped);
	if (f->sampled > 0)
		out_int(o, "sampled", (int64_t)f->sampled);
	if (r->estimated)
		out_bool(o, "calibrated", r->calibrated);
	out_end(o);
}

/* Losses: the share of wrong answers, or how far off they were. */
static void
put_weak(struct cli *c, const struct perf_found *f)
{
	struct out *o = &c->out;

	for (size_t i = 0; i < f->weak.n; i++) {
		const struct weak_segment *w = &f->weak.segment[i];

		out_begin(o, "mlv.drift.weak/1");
		out_only(o, OUT_TEXT);
		out_text(o, "by", "(weak)");
		out_only(o, OUT_BOTH);
		out_text(o, "segment", w->text);
		out_text(o, "metric", f->task == TASK_REGRESSION ? "mae" :
		    "error");
		out_num(o, "loss", w->loss);
		out_num(o, "rest", w->rest);
		out_num(o, "q", w->q);
		out_int(o, "labelled", (int64_t)w->rows);
		out_text(o, "verdict", "weak");
		out_only(o, OUT_JSON);
		out_num(o, "low", w->low);
		out_num(o, "high", w->high);
		out_end(o);
	}
}

/* ---- words ---- */

static void
warn_count(struct cli *c, const struct late_count *n, const char *what)
{
	if (n->n > 0)
		cli_warn(c, "%s: %llu, the first is '%s'", what,
		    (unsigned long long)n->n, n->first);
}

static void
warn_join(struct cli *c, const struct late_report *r,
    const struct perf_found *f, bool latest)
{
	if (f->skipped > 0)
		cli_warn(c, "lines of the request log passed over, torn or "
		    "not flat: %llu", (unsigned long long)f->skipped);
	if (f->unscored > 0)
		cli_warn(c, "rows without an answer, passed over: %llu",
		    (unsigned long long)f->unscored);
	if (r->unkeyed > 0)
		cli_warn(c, "predictions without a key, unlabelled: %llu",
		    (unsigned long long)r->unkeyed);
	if (r->empty > 0)
		cli_warn(c, "labels without a key or a value, passed over: "
		    "%llu", (unsigned long long)r->empty);
	if (r->unlabelled.n > 0)
		cli_warn(c, "not yet labelled: %llu of %llu predictions",
		    (unsigned long long)r->unlabelled.n,
		    (unsigned long long)r->predictions);
	warn_count(c, &r->unknown, "keys of labels that no prediction has");
	warn_count(c, &r->repeated, "labels said again, the same");
	warn_count(c, &r->conflicting, latest ? "keys with different labels, "
	    "the later one counts" : "keys with different labels, left out "
	    "(--latest takes the later one)");
	warn_count(c, &r->shared, "keys of several predictions, each judged");
	warn_count(c, &r->strange, "labels of no class, left out");
	if (f->sampled > 0)
		cli_warn(c, "the columns of %llu of %llu answers are looked at, a "
		    "sample (--sample)", (unsigned long long)f->sampled,
		    (unsigned long long)r->predictions);
	if (r->no_estimate != NULL)
		cli_warn(c, "no estimate: %s", r->no_estimate);
}

/* ---- what is asked ---- */

/* *broken: the interval of all rows lies beyond what was asked.  What has no
 * label yet is judged by the estimate. */
static int
check_least(bool *broken, struct cli *c, const struct late_group *all,
    const char *s)
{
	const struct late_metric *m = NULL;
	const char *name, *value;
	bool loss, labels;
	double v, low, high;

	if (!cli_key_value(c, s, &name, &value) || !num_parse_f64(value,
	    strlen(value), &v) || !isfinite(v))
		return cli_usage(c, "'--least %s' is not METRIC=NUMBER", s);
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->m[i].name, name) == 0)
			m = &all->m[i];
	if (m == NULL)
		return cli_usage(c, "no metric '%s' of this task", name);
	labels = !isnan(m->value);
	loss = metric_better(name) < 0;
	low = !labels ? m->estimate_low : isnan(m->low) ? m->value : m->low;
	high = !labels ? m->estimate_high : isnan(m->high) ? m->value :
	    m->high;
	if (loss ? low > v : high < v) {
		cli_warn(c, "%s of all rows is %s %s", name, loss ? "above" :
		    "below", value);
		*broken = true;
	}
	return 0;
}

static int
put_report(struct cli *c, const struct late_report *r,
    const struct perf_found *f, const struct perf_verb *o)
{
	bool broken = false;

	for (size_t i = 0; i < o->least.n; i++) {
		int status = check_least(&broken, c, &r->group[0],
		    o->least.v[i]);

		if (status != 0)
			return status;
	}
	warn_join(c, r, f, o->late.latest);
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < r->group[i].n; k++)
			put_metric(c, &r->group[i], &r->group[i].m[k]);
	put_weak(c, f);
	put_join(c, r, f);
	return broken ? EXIT_NO : EXIT_YES;
}

static int
perf_verb_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct perf_verb *o = opts;
	struct perf_opts p = { .path = argv, .n_paths = (size_t)argc,
	    .time = o->time, .by = o->by.v, .n_by = o->by.n,
	    .threshold = o->threshold,
	    .estimate = (enum perf_estimate)o->estimate, .features =
	    o->features.v, .n_features = o->features.n,
	    .weak_rows = (uint64_t)o->weak, .sample = (uint64_t)o->sample,
	    .filter = { .model = o->model,
	    .version = o->version, .variant = o->variant },
	    .folder = cli_scratch_folder() };
	struct late_report r;
	struct perf_found found;
	struct err e = ERR_INIT;
	int status;

	if (argc == 0)
		return cli_usage(c, "give a request log or a table of "
		    "answers");
	if (o->estimate != PERF_DLE && o->weak == 0 && (o->features.n > 0 ||
	    o->sample != LABELLING_SAMPLE))
		return cli_usage(c, "--features and --sample are of --estimate "
		    "dle and --weak");
	labelling_fill(&p, &o->late);
	if ((status = labelling_check_by(c, &o->by)) != 0 ||
	    (status = reading_opts(&p.read, c, &o->read)) != 0 ||
	    (status = when_span_read(&p.filter.since_us, &p.filter.until_us,
	    c, &o->when)) != 0 || (status = when_option(&p.reference_until, c,
	    "reference-until", o->reference_until)) != 0)
		return status;
	status = perf_run(&r, &found, &p, &e) < 0 ? cli_fail(c, &e) :
	    put_report(c, &r, &found, o);
	late_report_release(&r);
	weak_release(&found.weak);
	arena_free(&found.arena);
	return status;
}

static const struct perf_verb defaults = { .threshold = 0.5,
    .sample = LABELLING_SAMPLE };

const struct verb verb_perf = {
	.name = "perf",
	.summary = "how good the answers were, once labels have come",
	.synopsis = "[options] --labels FILE --key COLUMN REQUESTS...",
	.about =
"Joins what was answered (request logs, or one table of answers) with labels\n"
"that came later, by a key, in bounded memory, and prints for all rows, each\n"
"day and each value of the --by columns: by, value, metric, realised, low,\n"
"high, estimated, its low and high, labelled rows, predictions, verdict.\n"
"Intervals are of 95 %; 'weak' is worse than all rows beyond both intervals,\n"
"'few' has fewer than 30 labels.  What found no counterpart is said: answers\n"
"not yet labelled, labels of no answer, keys with two labels.\n"
"\n"
"--weak finds segments that nobody named, a value or range of one column or\n"
"two with more wrong answers than the rest: '(weak)', segment, metric, its\n"
"loss, the rest's, q (Benjamini-Hochberg, at most 0.05), labelled, verdict.\n"
"\n"
"--estimate cbpe says beside it how good answers are whose labels are still\n"
"to come, by calibrated scores (NannyML's numbers, its band of 3 sampling\n"
"errors).  --estimate dle says it of a regression's mae and rmse: boosted trees\n"
"learn the loss of labelled answers from their --features.  Both hold while\n"
"only the inputs change, and not what follows from them.\n"
"\n"
"example: mlv-drift perf --labels late.csv --key id .mlv/requests\n",
	.options = perf_options, .opts_size = sizeof(struct perf_verb),
	.defaults = &defaults, .flags = VERB_JSON | VERB_NUL | VERB_TABLE,
	.run = perf_verb_run,
};
