/* mlv-drift report: a page on two populations. */
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/environment.h"
#include "cli/reading.h"
#include "cli/when.h"
#include "drift/texts.h"
#include "flow/report/report.h"
#include "labelling.h"
#include "side.h"
#include "verbs.h"
#include "weights.h"

#define DAY_US INT64_C(86400000000)

struct report_verb {
	struct reading read;
	struct texts only, exclude, by;
	struct when_span when;
	const char *time, *output, *weights, *importance;
	struct labelling late;
	int64_t weak;
	double share;
	int64_t min_rows;
	bool html;
};

static const struct opt report_options[] = {
	{ OPT_FLAG, 0, "html", offsetof(struct report_verb, html), NULL,
	    "one page of HTML instead of Markdown" },
	{ OPT_TEXT, 'o', "output", offsetof(struct report_verb, output),
	    "FILE", "there instead of to standard output" },
	{ OPT_LIST, 'b', "by", offsetof(struct report_verb, by),
	    "COLUMN,...", "also by the values of these columns" },
	{ OPT_TEXT, 0, "time", offsetof(struct report_verb, time), "COLUMN",
	    "of a table: when the row came to be, for the timeline" },
	{ OPT_TEXT, 0, "weights", offsetof(struct report_verb, weights),
	    "FILE", "names and weights: the dataset drifts by weight" },
	{ OPT_TEXT, 0, "importance", offsetof(struct report_verb,
	    importance), "MODEL",
	    "the same by the gains of this model's trees",
	    .excludes = "weights" },
	{ OPT_NUM, 0, "share", offsetof(struct report_verb, share), "SHARE",
	    "drifted columns that make the dataset drift (0.5)",
	    .high = 1 },
	{ OPT_INT, 0, "min-rows", offsetof(struct report_verb, min_rows),
	    "N", "with fewer on a side: too few, no verdict (30)",
	    .high = INFINITY },
	{ OPT_LIST, 0, "only", offsetof(struct report_verb, only),
	    "COLUMN,...", "compare these columns alone" },
	{ OPT_LIST, 'x', "exclude", offsetof(struct report_verb, exclude),
	    "COLUMN,...", "leave these columns out" },
	{ OPT_TEXT, 'l', "labels", offsetof(struct report_verb, late.labels),
	    "FILE", "labels that came later: how good the answers were" },
	{ OPT_TEXT, 'k', "key", offsetof(struct report_verb, late.key), "COLUMN",
	    "what joins labels and answers; of requests also id or unit",
	    .with = "labels" },
	LABELLING_OPTIONS(struct report_verb, late),
	{ OPT_INT, 0, "weak", offsetof(struct report_verb, weak), "ROWS",
	    "the fewest labels of a weak segment (50)", .low = REPORT_FEW,
	    .high = INFINITY, .with = "labels" },
	WHEN_SPAN_OPTIONS(struct report_verb, when),
	READING_OPTIONS(struct report_verb, read),
	OPT_END
};

static bool
is_named(const char *name, const struct texts *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], name) == 0)
			return true;
	return false;
}

/* Text of both sides becomes its numbers, which only the comparison has. */
static int
measure_texts(struct drift_opts *d, struct cli *c,
    const struct report_verb *o, struct side *ref, struct side *cur,
    struct err *e)
{
	size_t n = 0, found;
	const char **names, **except = arena_alloc(&c->arena, (o->exclude.n +
	    o->by.n + 2) * sizeof(*except));

	for (size_t i = 0; i < o->exclude.n; i++)
		except[n++] = o->exclude.v[i];
	for (size_t i = 0; i < o->by.n; i++)
		except[n++] = o->by.v[i];
	if (o->late.key != NULL)
		except[n++] = o->late.key;
	if (texts_measure(&names, &found, &c->arena, ref->t, cur->t, except,
	    n, e) < 0)
		return -1;
	d->only = texts_expand(&d->n_only, &c->arena, o->only.v, o->only.n,
	    names, found);
	texts_weigh(d, &c->arena, names, found);
	return 0;
}

/* Other text fits no test: such columns are left out, and named.  A key says
 * nothing of a population. */
static void
leave_out_text(struct drift_opts *d, struct cli *c,
    const struct report_verb *o, const struct table *ref,
    const struct table *cur)
{
	const char **v = arena_alloc(&c->arena, (o->exclude.n + ref->cols +
	    2) * sizeof(*v));

	for (size_t i = 0; i < o->exclude.n; i++)
		v[d->n_exclude++] = o->exclude.v[i];
	if (o->late.key != NULL && (table_find(ref, o->late.key) != NULL ||
	    table_find(cur, o->late.key) != NULL))
		v[d->n_exclude++] = o->late.key;
	for (size_t i = 0; i < ref->cols; i++) {
		const struct column *t = &ref->col[i];

		if (t->type != COL_TEXT || is_named(t->name, &o->exclude) ||
		    (o->late.key != NULL && strcmp(t->name, o->late.key) == 0) ||
		    (o->only.n > 0 && !is_named(t->name, &o->only)))
			continue;
		if (o->only.n == 0)
			v[d->n_exclude++] = t->name;
		cli_warn(c, "column '%s' is text: left out", t->name);
	}
	d->exclude = v;
}

/* Of the columns that alone are wanted those that windows have, too: a text's
 * numbers are the comparison's.  False: none of them. */
static bool
has_plain(const char ***v, size_t *n, struct cli *c, const struct texts *only,
    const struct table *ref)
{
	*v = arena_alloc(&c->arena, (only->n + 1) * sizeof(**v));
	*n = 0;
	for (size_t i = 0; i < only->n; i++)
		if (table_find(ref, only->v[i]) != NULL)
			(*v)[(*n)++] = only->v[i];
	return only->n == 0 || *n > 0;
}

/* Windows of a day over a log, or over a table that has times. */
static bool
fill_timeline(struct windows_run *t, struct cli *c,
    const struct report_verb *o, const struct report_opts *r, int argc,
    char **argv, const struct table_read_opts *user)
{
	const char **only;
	size_t n_only;

	if (!has_plain(&only, &n_only, c, &o->only, r->ref))
		return false;
	if (argc != 2 || strcmp(argv[1], "-") == 0 || o->when.since !=
	    NULL || o->when.until != NULL || (!r->log && o->time == NULL))
		return false;
	*t = (struct windows_run){ .reference = r->ref, .path = argv[1],
	    .read = *user, .time = r->log ? NULL : o->time,
	    .exclude = r->drift->exclude,
	    .n_exclude = r->drift->n_exclude, .only = only,
	    .n_only = n_only, .windows = { .pane_us = DAY_US,
	    .panes = 1, .level = WINDOWS_LEVEL, .share = o->share,
	    .min_rows = (uint64_t)o->min_rows, .late_us = INT64_MAX / 4 } };
	return true;
}

/* The current side is read again, row by row: its answers and their labels. */
static void
fill_perf(struct perf_opts *p, const struct report_verb *o,
    const struct report_opts *r, int argc, char **argv,
    const struct table_read_opts *user)
{
	*p = (struct perf_opts){ .path = argv + 1, .n_paths = (size_t)argc - 1,
	    .read = *user, .time = r->log ? NULL : o->time, .by = o->by.v,
	    .n_by = o->by.n, .threshold = 0.5, .weak_rows = (uint64_t)o->weak,
	    .sample = LABELLING_SAMPLE, .filter = r->span, .folder =
	    cli_scratch_folder() };
	labelling_fill(p, &o->late);
}

static int
check_labels(struct cli *c, const struct report_verb *o, int argc, char **argv)
{
	if (o->late.labels == NULL)
		return 0;
	if (o->late.key == NULL)
		return cli_usage(c, "say with --key which column joins the "
		    "labels with the current data");
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "-") == 0)
			return cli_usage(c, "with --labels the current data is "
			    "read twice: name a file or a log, not standard "
			    "input");
	return labelling_check_by(c, &o->by);
}

static int
put(struct cli *c, const struct report_verb *o, const struct buf *b,
    struct err *e)
{
	if (o->output == NULL) {
		out_raw(&c->out, b->data, b->len);
		return 0;
	}
	return file_replace(os_real(), o->output, b->data, b->len, 0666, e);
}

static int
write_report(struct report_result *result, struct cli *c,
    const struct report_verb *o, struct report_opts *r, struct side *ref,
    struct side *cur, int argc, char **argv,
    const struct table_read_opts *user, struct err *e)
{
	struct drift_opts d = { .share = o->share, .missing = 0.05,
	    .min_rows = (uint64_t)o->min_rows };
	struct windows_run timeline;
	struct perf_opts perf;
	struct buf b;
	int got;

	if (weights_read(&d.weight, &d.n_weight, c, o->weights,
	    o->importance, e) < 0 ||
	    measure_texts(&d, c, o, ref, cur, e) < 0)
		return -1;
	leave_out_text(&d, c, o, ref->t, cur->t);
	r->drift = &d;
	if (fill_timeline(&timeline, c, o, r, argc, argv, user))
		r->timeline = &timeline;
	fill_perf(&perf, o, r, argc, argv, user);
	if (o->late.labels != NULL)
		r->perf = &perf;
	buf_init(&b, BUF_CAP_DOC);
	got = report_write(&b, result, r, e);
	if (got == 0)
		got = put(c, o, &b, e);
	buf_free(&b);
	return got;
}

static int
open_sides(struct side *ref, struct side *cur, struct cli *c, int argc,
    char **argv, const struct reqlog_filter *span,
    const struct table_read_opts *user, struct err *e)
{
	bool log = argc > 2 || span->since_us != 0 || span->until_us != 0;
	int r = side_open(ref, c->catalog, argv[0], user, e);

	if (r == 0)
		r = log ? side_open_log(cur, argv + 1, (size_t)argc - 1,
		    span, user, e) : side_open(cur, c->catalog, argv[1],
		    user, e);
	if (r != 0)
		return -1;
	if (ref->p != NULL || cur->p != NULL)
		return err_set(e, ERR_UNSUPPORTED, "a report is made of rows: "
		    "name data, not a profile");
	if (ref->t == NULL || cur->t == NULL)
		return err_set(e, ERR_UNSUPPORTED, "no rows in the %s",
		    ref->t == NULL ? "reference" : "current data");
	if (cur->skipped > 0)
		cli_warn(c, "lines of the request log passed over, torn or "
		    "not flat: %llu", (unsigned long long)cur->skipped);
	return 0;
}

static int
report_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct report_verb *o = opts;
	struct side ref = { 0 }, cur = { 0 };
	struct reqlog_filter span = { 0 };
	struct report_result result = { 0 };
	struct report_opts r = { .form = o->html ? DOC_HTML : DOC_MARKDOWN,
	    .by = o->by.v, .n_by = o->by.n };
	struct table_read_opts user;
	struct err e = ERR_INIT;
	int status;

	if (argc < 2)
		return cli_usage(c, "give the reference and the current data");
	if ((status = reading_opts(&user, c, &o->read)) != 0 ||
	    (status = check_labels(c, o, argc, argv)) != 0 ||
	    (status = when_span_read(&span.since_us, &span.until_us, c,
	    &o->when)) != 0)
		return status;
	r.span = span;
	status = open_sides(&ref, &cur, c, argc, argv, &span, &user, &e);
	r.name_ref = argv[0];
	r.name_cur = argv[1];
	r.ref = ref.t;
	r.cur = cur.t;
	r.log = cur.log;
	r.skipped = cur.skipped;
	if (status == 0)
		status = write_report(&result, c, o, &r, &ref, &cur, argc,
		    argv, &user, &e);
	side_close(&ref);
	side_close(&cur);
	if (status != 0)
		return cli_fail(c, &e);
	return result.drifted || result.unknown ? EXIT_NO : EXIT_YES;
}

static const struct report_verb defaults = { .share = 0.5, .min_rows = 30,
    .weak = 50 };

const struct verb verb_report = {
	.name = "report",
	.summary = "a page on drift: distributions, timeline, segments",
	.synopsis = "[options] REFERENCE CURRENT\n"
	    "[options] REFERENCE SEGMENT...",
	.about =
"Compares as mlv-drift compare does, and writes what came of it as Markdown,\n"
"or as one self-contained page of HTML that needs no script and no network:\n"
"how the values of each column lie, the share of columns that drifted day by\n"
"day, and with --by what drifted in each segment.  With --labels and --key also\n"
"how good the answers were, as mlv-drift perf says it: in all, by day and\n"
"segment, with intervals, and segments nobody named that are surely worse.\n"
"Aggregates alone: no row, and no category of fewer than five rows.  Exit 1\n"
"when the dataset drifted.\n"
"\n"
"example: mlv-drift report --html data:churn-train .mlv/requests > report.html\n",
	.options = report_options, .opts_size = sizeof(struct report_verb),
	.defaults = &defaults, .flags = VERB_CATALOG | VERB_EVENTS, .run = report_run,
};
