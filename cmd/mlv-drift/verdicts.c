/* The verdicts of mlv-drift compare as records, a table and warnings. */
#include "verdicts.h"

#include <math.h>

#include "cli/cell.h"
#include "cli/cli.h"
#include "codec/json.h"
#include "doc/spark.h"
#include "drift/compare.h"

static const char *const reasons[] = {
	[DRIFT_BY_TEST] = "test", [DRIFT_BY_MISSING] = "missing",
	[DRIFT_BY_GONE] = "gone", [DRIFT_BY_TYPE] = "type",
	[DRIFT_BY_CHANCE] = "chance", [DRIFT_BY_FEW] = "few",
	[DRIFT_BY_FAILURE] = "failed",
};

/* A column is judged by values unless there is nothing to test. */
static bool
has_test(const struct drift_column *d)
{
	return d->by != DRIFT_BY_GONE && d->by != DRIFT_BY_TYPE && !d->date;
}

static double
missing_share(uint64_t values, uint64_t rows)
{
	return rows > 0 ? 1 - (double)values / (double)rows : 0;
}

/* What decided, for people: the test, or the share of missing values. */
struct shown {
	const char *method, *verdict;
	double score, threshold;
};

static const char *
verdict_word(bool drifted, bool unknown, bool few)
{
	return few ? "too few" : unknown ? "unknown" : drifted ? "drift" :
	    "same";
}

static struct shown
show_column(const struct drift_column *d, const struct drift_opts *o)
{
	struct shown s = { ts_name(d->method), verdict_word(d->drifted,
	    d->unknown, d->by == DRIFT_BY_FEW), d->score, d->threshold };

	if (!has_test(d))
		s.method = reasons[d->by];
	if (d->by == DRIFT_BY_TYPE)
		s.verdict = "type changed";
	if (d->by == DRIFT_BY_MISSING) {
		s.method = reasons[d->by];
		s.score = fabs(missing_share(d->n_cur, d->rows_cur) -
		    missing_share(d->n_ref, d->rows_ref));
		s.threshold = o->missing;
	}
	return s;
}

/* ---- records ---- */

static void
put_drifted(struct out *o, bool drifted, bool unknown, bool few)
{
	if (unknown || few)
		out_null(o, "drifted");
	else
		out_bool(o, "drifted", drifted);
	if (unknown)
		out_bool(o, "unknown", true);
	if (few)
		out_bool(o, "too_few", true);
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
put_details(struct cli *c, const struct drift_column *d)
{
	struct out *o = &c->out;

	if (has_test(d) && !isnan(d->score))
		out_bool(o, "test_drifted", d->test_drifted);
	if (isfinite(d->chance))
		out_num(o, "chance", d->chance);
	out_text(o, "role", d->role);
	out_text(o, "type", d->date ? "date" : d->numeric ? "num" : "cat");
	if (d->low < d->high) {
		out_num(o, "low", d->low);
		out_num(o, "high", d->high);
	}
	out_int(o, "reference_values", (int64_t)d->n_ref);
	out_int(o, "current_values", (int64_t)d->n_cur);
	out_int(o, "reference_missing", (int64_t)d->missing_ref);
	out_int(o, "current_missing", (int64_t)d->missing_cur);
	if (d->fresh_count > 0) {
		put_names(c, "new_categories", &d->fresh);
		out_int(o, "new_category_count", (int64_t)d->fresh_count);
		out_int(o, "new_category_rows", (int64_t)d->fresh_rows);
	}
}

static void
put_column(struct cli *c, const struct drift_column *d,
    const struct drift_opts *opts)
{
	struct shown s = show_column(d, opts);
	struct out *o = &c->out;

	out_begin(o, "mlv.drift.column/1");
	out_text(o, "column", d->name);
	out_only(o, OUT_TEXT);
	out_text(o, "method", s.method);
	out_short(o, "score", s.score, 6);
	out_short(o, "threshold", s.threshold, 6);
	out_text(o, "verdict", s.verdict);
	out_only(o, OUT_JSON);
	out_text(o, "method", has_test(d) ? ts_name(d->method) : s.method);
	out_num(o, "score", d->score);
	out_num(o, "threshold", d->threshold);
	put_drifted(o, d->drifted, d->unknown, d->by == DRIFT_BY_FEW);
	out_text(o, "reason", reasons[d->by]);
	put_details(c, d);
	out_only(o, OUT_BOTH);
	out_end(o);
}

static void
put_dataset(struct cli *c, const struct drift_report *r,
    const struct drift_opts *d)
{
	double share = d->share;
	bool few = r->few && !r->drifted;
	struct out *o = &c->out;

	out_begin(o, "mlv.drift.dataset/1");
	out_only(o, OUT_TEXT);
	out_text(o, "dataset", "(dataset)");
	out_text(o, "method", d->n_weight > 0 ? "weight" : "share");
	out_short(o, "share", d->n_weight > 0 ? r->weighted : r->share, 6);
	out_only(o, OUT_JSON);
	out_num(o, "share", r->share);
	out_num(o, "weighted", r->weighted);
	out_only(o, OUT_TEXT);
	out_short(o, "threshold", share, 6);
	out_text(o, "verdict", verdict_word(r->drifted, r->unknown, few));
	out_only(o, OUT_JSON);
	out_int(o, "count", (int64_t)r->count);
	put_drifted(o, r->drifted, r->unknown, few);
	out_int(o, "columns", (int64_t)r->n);
	out_num(o, "threshold", share);
	put_names(c, "missing", &r->gone);
	put_names(c, "new", &r->added);
	put_names(c, "skipped", &r->skipped);
	out_only(o, OUT_BOTH);
	out_end(o);
}

/* ---- for people ---- */

static void
draw_column(struct cli *c, const struct drift_column *d, size_t wide,
    const struct drift_opts *o)
{
	struct shown s = show_column(d, o);
	bool red = c->color && d->drifted;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	cell_put(&b, d->name, wide);
	buf_addf(&b, "  %-16s %10.4g %10.4g  %s%-12s%s ", s.method, s.score,
	    s.threshold, red ? "\033[31m" : "", s.verdict, red ? "\033[m" :
	    "");
	plot_shares(&b, d->bar_ref, d->bars, DRIFT_BARS);
	for (size_t k = d->bars; k < DRIFT_BARS; k++)
		buf_addc(&b, ' ');
	buf_adds(&b, "  ");
	plot_shares(&b, d->bar_cur, d->bars, DRIFT_BARS);
	out_line(&c->out, "%s", b.data);
	buf_free(&b);
}

static void
draw_columns(struct cli *c, const struct drift_report *r,
    const struct drift_opts *o)
{
	size_t wide = 6;

	for (size_t i = 0; i < r->n; i++) {
		size_t n = cell_width(r->col[i].name);

		wide = n > wide ? n : wide;
	}
	wide = wide > 32 ? 32 : wide;
	out_line(&c->out, "%-*s  %-16s %10s %10s  %-12s %-16s  %s\n",
	    (int)wide, "column", "test", "score", "threshold", "verdict",
	    "reference", "current");
	for (size_t i = 0; i < r->n; i++)
		draw_column(c, &r->col[i], wide, o);
	out_line(&c->out, "%zu of %zu columns drifted: %s\n", r->count, r->n,
	    r->drifted ? "the dataset drifted" : r->few ? "too few rows" :
	    r->unknown ? "unknown" : "the dataset did not drift");
}

static void
warn_fresh(struct cli *c, const struct drift_column *d)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < d->fresh.n; i++)
		buf_addf(&b, "%s'%s'", i > 0 ? ", " : "", d->fresh.v[i]);
	cli_warn(c, "column '%s': %llu categor%s not in the reference, in "
	    "%llu row%s: %s%s", d->name, (unsigned long long)d->fresh_count,
	    d->fresh_count == 1 ? "y" : "ies",
	    (unsigned long long)d->fresh_rows, d->fresh_rows == 1 ? "" : "s",
	    b.data,
	    d->fresh_count > d->fresh.n ? " ..." : "");
	buf_free(&b);
}

static void
warn_column(struct cli *c, const struct drift_column *d)
{
	if (d->by == DRIFT_BY_TYPE)
		cli_warn(c, "column '%s': %s in the reference, %s in the "
		    "current data: say which with --type", d->name,
		    col_type_name(d->type_ref), col_type_name(d->type_cur));
	else if (d->by == DRIFT_BY_MISSING)
		cli_warn(c, "column '%s': %.3g %% missing in the reference, "
		    "%.3g %% in the current data", d->name,
		    100 * missing_share(d->n_ref, d->rows_ref),
		    100 * missing_share(d->n_cur, d->rows_cur));
	else if (d->by == DRIFT_BY_CHANCE)
		cli_warn(c, "column '%s': %s says drift, yet %llu and %llu "
		    "values of one population may differ so much: same "
		    "(chance %.2g)", d->name, ts_name(d->method),
		    (unsigned long long)d->n_ref,
		    (unsigned long long)d->n_cur, d->chance);
	else if (d->by == DRIFT_BY_FAILURE)
		cli_warn(c, "column '%s': %s: unknown", d->name, d->why);
	else if (d->unknown && (d->n_ref == 0 || d->n_cur == 0))
		cli_warn(c, "column '%s' has no value in the %s: unknown",
		    d->name, d->n_ref == 0 ? "reference" : "current data");
	if (d->fresh_count > 0)
		warn_fresh(c, d);
}

#define NAMES_TOLD 8

/* Columns that one side lacks, in one line: of a request log there always are
 * some, the target and the answers. */
static void
warn_lacking(struct cli *c, const struct drift_names *names, const char *where)
{
	struct buf b;

	if (names->n == 0)
		return;
	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < names->n && i < NAMES_TOLD; i++)
		buf_addf(&b, "%s'%s'", i > 0 ? ", " : "", names->v[i]);
	cli_warn(c, names->n == 1 ? "column %s%s is not in the %s" :
	    "columns %s%s are not in the %s", b.data, names->n > NAMES_TOLD ?
	    " ..." : "", where);
	buf_free(&b);
}

void
put_verdicts(struct cli *c, const struct drift_report *r,
    const struct drift_opts *o)
{
	warn_lacking(c, &r->gone, "current data");
	warn_lacking(c, &r->added, "reference");
	for (size_t i = 0; i < r->skipped.n; i++)
		cli_warn(c, "column '%s' holds dates: not compared",
		    r->skipped.v[i]);
	for (size_t i = 0; i < r->n; i++)
		warn_column(c, &r->col[i]);
	if (c->terminal && !c->json && !c->nul) {
		draw_columns(c, r, o);
		return;
	}
	for (size_t i = 0; i < r->n; i++)
		put_column(c, &r->col[i], o);
	put_dataset(c, r, o);
}
