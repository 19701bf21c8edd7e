/* mlv-drift compare: two tables or profiles, column by column. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "catalog/bytes.h"
#include "catalog/name.h"
#include "catalog/open_table.h"
#include "cli/cell.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "doc/spark.h"
#include "drift/compare.h"
#include "verbs.h"

struct compare_verb {
	struct reading read;
	struct texts method, threshold, only, exclude;
	const char *target, *prediction;
	double share;
	bool any;
};

static const struct opt compare_options[] = {
	{ OPT_TEXTS, 'm', "method", offsetof(struct compare_verb, method),
	    "[COLUMN=]TEST", "this test, of several the one that fits" },
	{ OPT_TEXTS, 't', "threshold", offsetof(struct compare_verb,
	    threshold), "[COLUMN=]NUMBER", "instead of the test's own" },
	{ OPT_NUM, 0, "share", offsetof(struct compare_verb, share), "SHARE",
	    "drifted columns that make the dataset drift (0.5)" },
	{ OPT_FLAG, 0, "any", offsetof(struct compare_verb, any), NULL,
	    "exit 1 when any column drifted" },
	{ OPT_LIST, 0, "only", offsetof(struct compare_verb, only),
	    "COLUMN,...", "compare these columns alone" },
	{ OPT_LIST, 'x', "exclude", offsetof(struct compare_verb, exclude),
	    "COLUMN,...", "leave these columns out" },
	{ OPT_TEXT, 0, "target", offsetof(struct compare_verb, target),
	    "COLUMN", "mark this column as the target" },
	{ OPT_TEXT, 0, "prediction", offsetof(struct compare_verb,
	    prediction), "COLUMN", "mark this column as the prediction" },
	READING_OPTIONS(struct compare_verb, read),
	OPT_END
};

/* ---- the two sides ---- */

struct side {
	struct catalog_bytes b;
	struct table *t;
	struct profile *p;
	bool open;
};

/* Canonical JSON sorts its members: "schema" stands near the end. */
static bool
is_profile(const struct catalog_bytes *b)
{
	static const char mark[] = "\"schema\":\"" PROFILE_SCHEMA "\"";
	const size_t len = sizeof(mark) - 1;

	if (b->item.kind == NAME_PROFILE)
		return true;
	if (b->n < len || b->data[0] != '{')
		return false;
	for (size_t i = b->n - len, back = 0; back < 256; i--, back++) {
		if (memcmp(b->data + i, mark, len) == 0)
			return true;
		if (i == 0)
			break;
	}
	return false;
}

static int
side_open(struct side *in, struct catalog *c, const char *name,
    const struct table_read_opts *user, struct err *e)
{
	struct table_read_opts o;

	if (catalog_open_bytes(&in->b, c, name, e) != 0)
		return -1;
	in->open = true;
	if (is_profile(&in->b)) {
		if (profile_parse(&in->p, in->b.data, in->b.n, e) != 0)
			return err_wrap(e, "%s", name);
		return 0;
	}
	if (catalog_read_opts(&o, &in->b, user, e) != 0)
		return -1;
	return table_read(&in->t, in->b.data, in->b.n, &o, e);
}

static void
side_close(struct side *in)
{
	table_free(in->t);
	profile_free(in->p);
	if (in->open)
		catalog_bytes_close(&in->b);
}

/* A table beside a profile becomes one. */
static int
side_make_profile(struct side *in, struct err *e)
{
	if (in->p != NULL)
		return 0;
	return profile_of_table(&in->p, in->t, 0, e);
}

static int
compare_opened(struct drift_report *r, struct side *ref, struct side *cur,
    const struct drift_opts *o, struct err *e)
{
	struct drift_side a = { ref->t, NULL }, b = { cur->t, NULL };

	if (ref->p != NULL || cur->p != NULL) {
		if (side_make_profile(ref, e) != 0 ||
		    side_make_profile(cur, e) != 0)
			return -1;
		a = (struct drift_side){ NULL, ref->p };
		b = (struct drift_side){ NULL, cur->p };
	}
	return drift_compare(r, &a, &b, o, e);
}

/* ---- records ---- */

static const char *
verdict_word(bool drifted, bool unknown)
{
	return unknown ? "unknown" : drifted ? "drift" : "same";
}

static void
put_verdict(struct out *o, bool drifted, bool unknown)
{
	out_only(o, OUT_JSON);
	if (unknown)
		out_null(o, "drifted");
	else
		out_bool(o, "drifted", drifted);
	if (unknown)
		out_bool(o, "unknown", true);
	out_only(o, OUT_TEXT);
	out_text(o, "verdict", verdict_word(drifted, unknown));
	out_only(o, OUT_BOTH);
}

static void
put_column(struct out *o, const struct drift_column *d)
{
	out_begin(o, "mlv.drift.column/1");
	out_text(o, "column", d->name);
	out_text(o, "method", ts_name(d->method));
	out_short(o, "score", d->score, 6);
	out_short(o, "threshold", d->threshold, 6);
	put_verdict(o, d->drifted, d->unknown);
	out_only(o, OUT_JSON);
	out_text(o, "role", d->role);
	out_text(o, "type", d->numeric ? "num" : "cat");
	if (d->low < d->high) {
		out_num(o, "low", d->low);
		out_num(o, "high", d->high);
	}
	out_int(o, "reference_values", (int64_t)d->n_ref);
	out_int(o, "current_values", (int64_t)d->n_cur);
	out_int(o, "reference_missing", (int64_t)d->missing_ref);
	out_int(o, "current_missing", (int64_t)d->missing_cur);
	out_only(o, OUT_BOTH);
	out_end(o);
}

static void
put_names(struct cli *c, const char *key, const struct drift_names *l)
{
	struct json *list = json_new(&c->arena, JSON_LIST);

	for (size_t i = 0; i < l->n; i++)
		json_add_text(&c->arena, list, NULL, l->v[i]);
	out_tree(&c->out, key, list);
}

static void
put_dataset(struct cli *c, const struct drift_report *r, double share)
{
	struct out *o = &c->out;

	out_begin(o, "mlv.drift.dataset/1");
	out_only(o, OUT_TEXT);
	out_text(o, "dataset", "(dataset)");
	out_text(o, "method", "share");
	out_only(o, OUT_BOTH);
	out_short(o, "share", r->share, 6);
	out_only(o, OUT_TEXT);
	out_short(o, "threshold", share, 6);
	out_only(o, OUT_JSON);
	out_int(o, "count", (int64_t)r->count);
	out_only(o, OUT_BOTH);
	put_verdict(o, r->drifted, r->unknown);
	out_only(o, OUT_JSON);
	out_int(o, "columns", (int64_t)r->n);
	out_num(o, "threshold", share);
	put_names(c, "missing", &r->gone);
	put_names(c, "new", &r->added);
	put_names(c, "skipped", &r->skipped);
	out_only(o, OUT_BOTH);
	out_end(o);
}

/* For a person at a terminal: aligned, with both shapes. */
static void
draw_columns(struct cli *c, const struct drift_report *r)
{
	size_t wide = 6;

	for (size_t i = 0; i < r->n; i++) {
		size_t n = cell_width(r->col[i].name);

		wide = n > wide ? n : wide;
	}
	wide = wide > 32 ? 32 : wide;
	out_line(&c->out, "%-*s  %-16s %10s %10s  %-8s %-16s  %s\n", (int)wide,
	    "column", "test", "score", "threshold", "verdict", "reference",
	    "current");
	for (size_t i = 0; i < r->n; i++) {
		const struct drift_column *d = &r->col[i];
		const char *on = d->drifted ? "\033[31m" : "";
		struct buf b;

		buf_init(&b, BUF_CAP_SMALL);
		cell_put(&b, d->name, wide);
		buf_addf(&b, "  %-16s %10.4g %10.4g  %s%-8s%s ",
		    ts_name(d->method), d->score, d->threshold, c->color ?
		    on : "", verdict_word(d->drifted, d->unknown), c->color &&
		    d->drifted ? "\033[m" : "");
		plot_shares(&b, d->bar_ref, d->bars, DRIFT_BARS);
		for (size_t k = d->bars; k < DRIFT_BARS; k++)
			buf_addc(&b, ' ');
		buf_adds(&b, "  ");
		plot_shares(&b, d->bar_cur, d->bars, DRIFT_BARS);
		out_line(&c->out, "%s", b.data);
		buf_free(&b);
	}
	out_line(&c->out, "%zu of %zu columns drifted: %s\n", r->count, r->n,
	    r->unknown ? "unknown" : r->drifted ? "the dataset drifted" :
	    "the dataset did not drift");
}

static void
print_report(struct cli *c, const struct drift_report *r, double share)
{
	for (size_t i = 0; i < r->gone.n; i++)
		cli_warn(c, "column '%s' is not in the current data",
		    r->gone.v[i]);
	for (size_t i = 0; i < r->added.n; i++)
		cli_warn(c, "column '%s' is not in the reference",
		    r->added.v[i]);
	for (size_t i = 0; i < r->skipped.n; i++)
		cli_warn(c, "column '%s' holds dates: not compared",
		    r->skipped.v[i]);
	for (size_t i = 0; i < r->n; i++)
		if (r->col[i].n_ref == 0 || r->col[i].n_cur == 0)
			cli_warn(c, "column '%s' has no value in the %s: "
			    "unknown", r->col[i].name, r->col[i].n_ref == 0 ?
			    "reference" : "current data");
	if (c->terminal && !c->json && !c->nul) {
		draw_columns(c, r);
		return;
	}
	for (size_t i = 0; i < r->n; i++)
		put_column(&c->out, &r->col[i]);
	put_dataset(c, r, share);
}

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

static int
compare_sides(struct drift_report *r, struct catalog *catalog, char **name,
    const struct table_read_opts *user, const struct drift_opts *d,
    struct err *e)
{
	struct side ref = { 0 }, cur = { 0 };
	int status = -1;

	if (side_open(&ref, catalog, name[0], user, e) == 0 &&
	    side_open(&cur, catalog, name[1], user, e) == 0)
		status = compare_opened(r, &ref, &cur, d, e);
	side_close(&ref);
	side_close(&cur);
	return status;
}

static int
compare_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct compare_verb *o = opts;
	struct drift_opts d = { 0 };
	struct table_read_opts user;
	struct drift_report r;
	struct err e = ERR_INIT;
	int status;

	if (argc != 2)
		return cli_usage(c, "give the reference and the current data");
	if (strcmp(argv[0], "-") == 0 && strcmp(argv[1], "-") == 0)
		return cli_usage(c, "standard input can be one side only");
	if (!(o->share > 0 && o->share <= 1))
		return cli_usage(c, "--share is above 0 and at most 1");
	if ((status = reading_opts(&user, c, &o->read)) != 0 ||
	    (status = parse_methods(&d, c, o)) != 0 ||
	    (status = parse_thresholds(&d, c, o)) != 0)
		return status;
	d.only = o->only.v;
	d.n_only = o->only.n;
	d.exclude = o->exclude.v;
	d.n_exclude = o->exclude.n;
	d.target = o->target;
	d.prediction = o->prediction;
	d.share = o->share;
	if (compare_sides(&r, c->catalog, argv, &user, &d, &e) != 0) {
		status = cli_fail(c, &e);
	} else {
		print_report(c, &r, o->share);
		status = r.drifted || r.unknown || (o->any && r.count +
		    r.unknowns > 0) ? EXIT_NO : EXIT_YES;
		drift_release(&r);
	}
	return status;
}

static const struct compare_verb defaults = { .share = 0.5 };

const struct verb verb_compare = {
	.name = "compare",
	.summary = "test every column of the current data against a reference",
	.synopsis = "[options] REFERENCE CURRENT",
	.about =
"Both are files, data:, profile: or a folder of request logs.  Prints\n"
"column, test, score, threshold and verdict; exit 1 when the dataset\n"
"drifted: when at least the --share of its columns did.  The choice of test\n"
"and the numbers are Evidently's.  Tests: ks wasserstein chisquare z\n"
"jensenshannon psi kl_div hellinger ed t_test mannw anderson\n"
"cramer_von_mises g_test fisher_exact.  Between profiles that do not hold\n"
"all values, a verdict is 'unknown' when the error bound straddles the\n"
"threshold; that too is exit 1 where it decides.\n"
"\n"
"example: mlv-drift compare data:churn-train .mlv/requests --any\n",
	.options = compare_options, .opts_size = sizeof(struct compare_verb),
	.defaults = &defaults, .flags = VERB_JSON | VERB_NUL | VERB_CATALOG,
	.run = compare_run,
};
