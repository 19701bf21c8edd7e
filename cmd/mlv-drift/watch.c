/* mlv-drift watch: detectors over a stream of rows. */
#include <string.h>

#include "cli/cli.h"
#include "cli/reading.h"
#include "flow/watch.h"
#include "verbs.h"
#include "windows.h"

static const struct opt watch_options[] = {
	{ OPT_TEXT, 'd', "detector", offsetof(struct watch_verb, detector),
	    "NAME", "which one, see above (adwin)" },
	{ OPT_LIST, 'c', "column", offsetof(struct watch_verb, column),
	    "NAME,...", "the column to watch, or more, each by itself" },
	{ OPT_TEXTS, 's', "set", offsetof(struct watch_verb, set),
	    "NAME=VALUE", "a parameter of the detector" },
	{ OPT_TEXT, 0, "state", offsetof(struct watch_verb, state), "FILE",
	    "go on from there, and keep there what was seen" },
	{ OPT_FLAG, 0, "from-start", offsetof(struct watch_verb, from_start),
	    NULL, "the input begins with the rows the state has seen" },
	{ OPT_TEXT, 'w', "window", offsetof(struct watch_verb, window),
	    "SPAN", "windows of so many rows, or of a time as 1h or 1d" },
	{ OPT_TEXT, 0, "every", offsetof(struct watch_verb, every), "SPAN",
	    "a window ends each so often, and slides (--window)" },
	{ OPT_TEXT, 0, "late", offsetof(struct watch_verb, late), "TIME",
	    "so much longer a window waits for its rows (0)" },
	{ OPT_TEXT, 0, "time", offsetof(struct watch_verb, time), "COLUMN",
	    "of a table: when the row came to be" },
	{ OPT_LIST, 'x', "exclude", offsetof(struct watch_verb, exclude),
	    "COLUMN,...", "leave these columns out" },
	{ OPT_TEXT, 0, "thresholds", offsetof(struct watch_verb, thresholds),
	    "FILE", "as mlv-drift calibrate has written them (0.1)" },
	{ OPT_TEXT, 0, "weights", offsetof(struct watch_verb, weights),
	    "FILE", "a table of column and weight: drift by importance" },
	{ OPT_TEXT, 0, "importance", offsetof(struct watch_verb,
	    importance), "MODEL",
	    "the same by the gains of this model's trees",
	    .excludes = "weights" },
	{ OPT_NUM, 0, "share", offsetof(struct watch_verb, share), "SHARE",
	    "drifted columns, or weight, of a drifted window (0.5)",
	    .high = 1 },
	{ OPT_FLAG, 0, "any", offsetof(struct watch_verb, any), NULL,
	    "exit 1 when any column of a window drifted" },
	{ OPT_INT, 0, "min-rows", offsetof(struct watch_verb, min_rows),
	    "N", "a window of fewer is too few (30)", .high = INFINITY },
	{ OPT_FLAG, 0, "warnings", offsetof(struct watch_verb, warnings),
	    NULL, "say where a warning begins, too" },
	READING_OPTIONS(struct watch_verb, read),
	OPT_END
};

struct watch_words {
	struct cli *c;
	const struct watch_verb *o;
};

static void
say_sign(void *ctx, const struct watch_sign *s)
{
	struct watch_words *w = ctx;
	struct out *o = &w->c->out;

	if (s->sign == DETECT_WARNING && !w->o->warnings)
		return;
	out_begin(o, "mlv.drift.sign/1");
	out_text(o, "column", s->column);
	out_text(o, "detector", w->o->detector);
	out_text(o, "sign", s->sign == DETECT_DRIFT ? "drift" : "warning");
	out_int(o, "index", (int64_t)s->index);
	out_num(o, "value", s->value);
	out_end(o);
}

static int
flush_signs(void *ctx, struct err *e)
{
	struct watch_words *w = ctx;

	return out_flush(&w->c->out, e);
}

static int
watch_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct watch_verb *o = opts;

	(void)argv;
	if (o->window == NULL && argc > 1)
		return cli_usage(c, "watch reads one stream; with --window a "
		    "reference before it");
	if (o->window == NULL && o->column.n == 0)
		return cli_usage(c, "say with --column which column to watch, "
		    "or with --window how long a window beside a reference "
		    "is");
	if (o->window != NULL && (o->detector != NULL || o->set.n > 0 ||
	    o->warnings))
		return cli_usage(c, "--window compares with a reference: it "
		    "takes no detector");
	if (o->window == NULL && (o->every != NULL || o->late != NULL ||
	    o->time != NULL || o->exclude.n > 0 || o->thresholds != NULL ||
	    o->weights != NULL || o->importance != NULL))
		return cli_usage(c, "--every, --late, --time, --exclude, "
		    "--thresholds, --weights and --importance need "
		    "--window");
	for (size_t i = 0; i < o->column.n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(o->column.v[i], o->column.v[k]) == 0)
				return cli_usage(c, "column '%s' is named "
				    "twice", o->column.v[i]);
	if (o->from_start && o->state == NULL)
		return cli_usage(c, "--from-start needs --state");
	return 0;
}

static int
watch_verb_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct watch_verb *o = opts;
	struct watch_words words = { c, o };
	struct param *set = arena_alloc(&c->arena, (o->set.n + 1) *
	    sizeof(*set));
	struct watch_opts w = { .detector = o->detector, .set = set,
	    .n_set = o->set.n, .column = o->column.v,
	    .n_columns = o->column.n, .state = o->state,
	    .from_start = o->from_start, .say = say_sign,
	    .flush = flush_signs, .ctx = &words };
	const char *path = argc > 0 ? argv[0] : "-";
	struct watch_count count;
	struct source in;
	struct err e = ERR_INIT;
	int status;

	if (o->window != NULL)
		return watch_windows(c, o, argc, argv);
	if (o->detector == NULL)
		w.detector = o->detector = "adwin";
	for (size_t i = 0; i < o->set.n; i++)
		if (!cli_key_value(c, o->set.v[i], &set[i].name,
		    &set[i].value))
			return cli_usage(c, "'--set %s' is not NAME=VALUE",
			    o->set.v[i]);
	if ((status = reading_opts(&w.read, c, &o->read)) != 0)
		return status;
	w.read.name = strcmp(path, "-") == 0 ? "standard input" : path;
	if (source_open(&in, path, &e) < 0)
		return cli_fail(c, &e);
	status = watch_run(&count, &in, &w, &e);
	source_close(&in);
	if (status < 0)
		return cli_fail(c, &e);
	if (count.missing > 0)
		cli_warn(c, "cells without a value, passed over: %llu",
		    (unsigned long long)count.missing);
	return count.drifts > 0 ? EXIT_NO : EXIT_YES;
}

static const struct watch_verb defaults = { .share = 0.5, .min_rows = 30 };

const struct verb verb_watch = {
	.name = "watch",
	.summary = "watch a stream of numbers, and say where it changes",
	.synopsis = "[options] -c COLUMN,... [FILE]\n"
	    "[options] --window SPAN REFERENCE STREAM",
	.about =
"Reads rows from a file or standard input, as they come, and prints a record\n"
"for each drift: column, detector, 'drift', the row's index from 0, its value.\n"
"Exit 1 when there was one.  With --state the next run goes on where this one\n"
"ended, however it ended.  Detectors, with river's parameters and numbers:\n"
"  adwin         delta clock max_buckets min_window_length grace_period\n"
"  kswin         alpha window_size stat_size seed\n"
"  page_hinkley  min_instances delta threshold alpha mode\n"
"and of errors, 0 or 1, false or true:\n"
"  ddm           warm_start warning_threshold drift_threshold\n"
"  eddm          warm_start alpha beta\n"
"  hddm_a        drift_confidence warning_confidence two_sided_test\n"
"  hddm_w        the same and lambda_val\n"
"\n"
"With --window a stream, or a growing request log, is held against a reference\n"
"window by window, in the reference's bins: of rows (1000) or of time (1d),\n"
"sliding with --every.  A record for each column that drifted: window, column,\n"
"distance (Wasserstein's of numbers, Jensen-Shannon of categories), threshold,\n"
"q, rows, missing, verdict; and one for the window: share of the columns that\n"
"drifted, and by --weights or --importance.  A column drifts when its distance\n"
"reaches the threshold and, unless that is calibrate's, q (Benjamini-Hochberg)\n"
"is at most 0.05.  With --state the next run reads what has been added since.\n"
"\n"
"example: mlv-drift watch data:churn-train .mlv/requests --window 1d \\\n"
"             --state watch.state\n"
"example: tail -n +1 -f scored.csv | mlv-drift watch -d ddm -c error -\n",
	.options = watch_options, .opts_size = sizeof(struct watch_verb),
	.defaults = &defaults, .flags = VERB_JSON | VERB_NUL | VERB_CATALOG,
	.check = watch_check, .run = watch_verb_run,
};
