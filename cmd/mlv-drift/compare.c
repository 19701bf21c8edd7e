/* mlv-drift compare: two tables or profiles, column by column. */
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "cli/when.h"
#include "drift/compare.h"
#include "drift/texts.h"
#include "drift/thresholds.h"
#include "reqlog/reqlog.h"
#include "side.h"
#include "verbs.h"
#include "verdicts.h"
#include "weights.h"

struct compare_verb {
	struct reading read;
	struct when_span when;
	struct texts method, threshold, only, exclude;
	const char *target, *prediction, *thresholds,
	    *weights, *importance;
	double share, missing;
	int64_t min_rows;
	bool any, evidently, texts;
};

static const struct opt compare_options[] = {
	{ OPT_TEXTS, 'm', "method", offsetof(struct compare_verb, method),
	    "[COLUMN=]TEST", "this test, of several the one that fits" },
	{ OPT_TEXTS, 't', "threshold", offsetof(struct compare_verb,
	    threshold), "[COLUMN=]NUMBER", "instead of the test's own" },
	{ OPT_TEXT, 0, "thresholds", offsetof(struct compare_verb,
	    thresholds), "FILE", "what mlv-drift calibrate wrote decides" },
	{ OPT_TEXT, 0, "weights", offsetof(struct compare_verb, weights),
	    "FILE", "names and weights: the dataset drifts by weight" },
	{ OPT_TEXT, 0, "importance", offsetof(struct compare_verb,
	    importance), "MODEL",
	    "the same by the gains of this model's trees",
	    .excludes = "weights" },
	{ OPT_NUM, 0, "share", offsetof(struct compare_verb, share), "SHARE",
	    "drifted columns that make the dataset drift (0.5)" },
	{ OPT_FLAG, 0, "any", offsetof(struct compare_verb, any), NULL,
	    "exit 1 when any column drifted" },
	{ OPT_NUM, 0, "missing", offsetof(struct compare_verb, missing),
	    "SHARE", "missing values by so much more or less: drift (0.05)",
	    .high = 1 },
	{ OPT_INT, 0, "min-rows", offsetof(struct compare_verb, min_rows),
	    "N", "with fewer on a side: too few, no verdict (30)",
	    .high = INFINITY },
	{ OPT_FLAG, 0, "evidently", offsetof(struct compare_verb, evidently),
	    NULL, "verdicts by the tests alone, as Evidently gives them" },
	{ OPT_LIST, 0, "only", offsetof(struct compare_verb, only),
	    "COLUMN,...", "compare these columns alone" },
	{ OPT_LIST, 'x', "exclude", offsetof(struct compare_verb, exclude),
	    "COLUMN,...", "leave these columns out" },
	{ OPT_FLAG, 0, "texts", offsetof(struct compare_verb, texts), NULL,
	    "texts by their length and the words that are new" },
	{ OPT_TEXT, 0, "target", offsetof(struct compare_verb, target),
	    "COLUMN", "mark this column as the target" },
	{ OPT_TEXT, 0, "prediction", offsetof(struct compare_verb,
	    prediction), "COLUMN", "mark this column as the prediction" },
	WHEN_SPAN_OPTIONS(struct compare_verb, when),
	READING_OPTIONS(struct compare_verb, read),
	OPT_END
};

/* ---- options ---- */

static int
parse_methods(struct drift_opts *d, struct cli *c,
    const struct compare_verb *o)
{
	struct drift_setting *v = arena_alloc(&c->arena, (o->method.n + 1) *
	    sizeof(*v));

	for (size_t i = 0; i < o->method.n; i++) {
		const char *name = o->method.v[i];

		v[i].column = NULL;
		cli_column_value(c, o->method.v[i], &v[i].column, &name);
		if (!ts_parse(&v[i].method, name)) {
			struct buf b;
			int status;

			buf_init(&b, BUF_CAP_SMALL);
			for (int m = 0; m < TS_METHODS; m++)
				buf_addf(&b, " %s", ts_name((enum ts_method)
				    m));
			status = cli_usage(c, "no test '%s'; there are:%s",
			    name, b.data);
			buf_free(&b);
			return status;
		}
	}
	d->method = v;
	d->n_method = o->method.n;
	return 0;
}

static int
parse_thresholds(struct drift_opts *d, struct cli *c,
    const struct compare_verb *o)
{
	struct drift_setting *v = arena_alloc(&c->arena, (o->threshold.n + 1) *
	    sizeof(*v));

	for (size_t i = 0; i < o->threshold.n; i++) {
		const char *s = o->threshold.v[i];

		v[i].column = NULL;
		cli_column_value(c, o->threshold.v[i], &v[i].column, &s);
		if (!num_parse_f64(s, strlen(s), &v[i].threshold) ||
		    !isfinite(v[i].threshold))
			return cli_usage(c, "--threshold takes a number, not "
			    "'%s'", s);
	}
	d->threshold = v;
	d->n_threshold = o->threshold.n;
	return 0;
}

/* Nothing was asked of the server: that is too few. */
static int
judge_nothing(struct drift_report *r, const struct drift_opts *d,
    struct err *e)
{
	if (d->evidently || d->min_rows == 0)
		return err_set(e, ERR_UNSUPPORTED, "no request in the log, "
		    "or in the span of it");
	*r = (struct drift_report){ .few = true };
	return 0;
}

static int
compare_opened(struct drift_report *r, struct side *ref, struct side *cur,
    const struct drift_opts *d, struct err *e)
{
	struct drift_opts o = *d;
	struct drift_side a, b;

	if (cur->log && cur->t == NULL)
		return judge_nothing(r, d, e);
	if (ref->log && ref->t == NULL)
		return err_set(e, ERR_UNSUPPORTED, "no rows in the reference");
	if (side_match(ref, cur, e) != 0)
		return -1;
	a = (struct drift_side){ .t = ref->p ? NULL : ref->t, .p = ref->p };
	b = (struct drift_side){ .t = cur->p ? NULL : cur->t, .p = cur->p };
	o.partial = cur->log;
	return drift_compare(r, &a, &b, &o, e);
}

/* What the user said of a column comes after it, and counts. */
static int
add_thresholds(struct drift_opts *d, struct thresholds *t, struct cli *c,
    const char *path, const struct side *ref, const struct side *cur,
    struct err *e)
{
	struct drift_side from = { .t = ref->p ? NULL : ref->t, .p = ref->p };
	struct drift_side side = { .t = cur->p ? NULL : cur->t, .p = cur->p };
	struct drift_setting *m, *v;
	struct buf b;
	size_t n;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	r = file_read(&b, path, e);
	if (r == 0 && thresholds_parse(t, b.data, b.len, e) < 0)
		r = err_wrap(e, "%s", path);
	buf_free(&b);
	if (r < 0 || (side.t == NULL && side.p == NULL) || (from.t == NULL &&
	    from.p == NULL))
		return r;
	m = arena_alloc(&c->arena, (t->n + d->n_method + 1) * sizeof(*m));
	v = arena_alloc(&c->arena, (t->n + d->n_threshold + 1) * sizeof(*v));
	n = thresholds_settings(m, v, t, &from, &side);
	for (size_t i = 0; i < n; i++)
		m[i].column = v[i].column = arena_strdup(&c->arena,
		    m[i].column);
	memcpy(m + n, d->method, d->n_method * sizeof(*m));
	memcpy(v + n, d->threshold, d->n_threshold * sizeof(*v));
	d->method = m;
	d->n_method += n;
	d->threshold = v;
	d->n_threshold += n;
	return 0;
}

/* Text becomes its numbers, but where it is left out or has a test named. */
static int
measure_texts(struct drift_opts *d, struct cli *c, struct side *ref,
    struct side *cur, struct err *e)
{
	const char **except, **names;
	size_t n = 0, found;

	if (ref->p != NULL || cur->p != NULL)
		return err_set(e, ERR_UNSUPPORTED, "--texts needs rows: a "
		    "profile has none");
	if (ref->t == NULL || cur->t == NULL)
		return 0;
	except = arena_alloc(&c->arena, (d->n_exclude + d->n_method + 1) *
	    sizeof(*except));
	for (size_t i = 0; i < d->n_exclude; i++)
		except[n++] = d->exclude[i];
	for (size_t i = 0; i < d->n_method; i++)
		except[n++] = d->method[i].column;
	if (texts_measure(&names, &found, &c->arena, ref->t, cur->t, except,
	    n, e) < 0)
		return -1;
	d->only = texts_expand(&d->n_only, &c->arena, d->only, d->n_only,
	    names, found);
	texts_weigh(d, &c->arena, names, found);
	return 0;
}

/* The current side is name[1], or all segments from there on. */
static int
compare_sides(struct drift_report *r, struct cli *c, int n, char **name,
    const struct reqlog_filter *span, const struct table_read_opts *user,
    struct drift_opts *d, const struct compare_verb *o, struct err *e)
{
	struct thresholds t = { 0 };
	bool log = n > 2 || span->since_us != 0 || span->until_us != 0;
	struct side ref = { 0 }, cur = { 0 };
	int status = side_open(&ref, c->catalog, name[0], user, e);

	if (status == 0)
		status = log ? side_open_log(&cur, name + 1, (size_t)n - 1,
		    span, user, e) : side_open(&cur, c->catalog, name[1],
		    user, e);
	if (status == 0 && cur.skipped > 0)
		cli_warn(c, "lines of the request log passed over, torn or "
		    "not flat: %llu", (unsigned long long)cur.skipped);
	if (status == 0 && o->texts)
		status = measure_texts(d, c, &ref, &cur, e);
	if (status == 0 && o->thresholds != NULL)
		status = add_thresholds(d, &t, c, o->thresholds, &ref, &cur,
		    e);
	if (status == 0)
		status = compare_opened(r, &ref, &cur, d, e);
	thresholds_release(&t);
	side_close(&ref);
	side_close(&cur);
	return status;
}

static void
fill_opts(struct drift_opts *d, const struct compare_verb *o)
{
	d->only = o->only.v;
	d->n_only = o->only.n;
	d->exclude = o->exclude.v;
	d->n_exclude = o->exclude.n;
	d->target = o->target;
	d->prediction = o->prediction;
	d->share = o->share;
	d->missing = o->missing;
	d->min_rows = (uint64_t)o->min_rows;
	d->evidently = o->evidently;
}

static int
compare_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct compare_verb *o = opts;
	struct drift_opts d = { 0 };
	struct table_read_opts user;
	struct reqlog_filter span = { 0 };
	struct drift_report r;
	struct err e = ERR_INIT;
	int status;

	if (argc < 2)
		return cli_usage(c, "give the reference and the current data");
	if (strcmp(argv[0], "-") == 0 && strcmp(argv[1], "-") == 0)
		return cli_usage(c, "standard input can be one side only");
	if (!(o->share > 0 && o->share <= 1))
		return cli_usage(c, "--share is above 0 and at most 1");
	if ((status = reading_opts(&user, c, &o->read)) != 0 ||
	    (status = parse_methods(&d, c, o)) != 0 ||
	    (status = parse_thresholds(&d, c, o)) != 0 ||
	    (status = when_span_read(&span.since_us, &span.until_us, c,
	    &o->when)) != 0)
		return status;
	fill_opts(&d, o);
	if (weights_read(&d.weight, &d.n_weight, c, o->weights,
	    o->importance, &e) < 0)
		return cli_fail(c, &e);
	if (compare_sides(&r, c, argc, argv, &span, &user, &d, o, &e) != 0) {
		status = cli_fail(c, &e);
	} else {
		put_verdicts(c, &r, &d);
		status = r.drifted || r.unknown || (o->any && r.count +
		    r.unknowns > 0) ? EXIT_NO : EXIT_YES;
		drift_release(&r);
	}
	return status;
}

static const struct compare_verb defaults = {
	.share = 0.5, .missing = 0.05, .min_rows = 30,
};

const struct verb verb_compare = {
	.name = "compare",
	.summary = "test every column of the current data against a reference",
	.synopsis = "[options] REFERENCE CURRENT\n"
	    "[options] REFERENCE SEGMENT...",
	.about =
"Both are files, data:, profile: or a folder of request logs; segments of\n"
"one may be named, or come on standard input, and --since and --until say\n"
"which requests count.  Prints\n"
"column, test, score, threshold and verdict; exit 1 when the dataset\n"
"drifted: when at least the --share of its columns did.  The choice of test\n"
"and the numbers are Evidently's.  Tests: ks wasserstein chisquare z\n"
"jensenshannon psi kl_div hellinger ed t_test mannw anderson\n"
"cramer_von_mises g_test fisher_exact.\n"
"\n"
"Drift is also a share of missing values that moved (--missing), a column\n"
"that is gone or emptied, and one whose type changed.  Not drift is what\n"
"sampling noise explains, at 0.05 divided by the columns: a small sample,\n"
"on either side, is not taken for the world.  --evidently leaves both out.\n"
"Text has no test: --texts compares its length and the share of words that\n"
"the reference has not.\n"
"Between profiles that do not hold all values, a verdict is 'unknown' when\n"
"the error bound straddles the threshold; that too is exit 1 where it\n"
"decides.\n"
"\n"
"example: mlv-drift compare data:churn-train .mlv/requests --since yesterday\n",
	.options = compare_options, .opts_size = sizeof(struct compare_verb),
	.defaults = &defaults, .flags = VERB_JSON | VERB_NUL | VERB_CATALOG | VERB_EVENTS,
	.run = compare_run,
};
