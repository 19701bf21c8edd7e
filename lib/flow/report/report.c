/* A page on drift: what came of it, column by column. */
#include "flow/report/report.h"

#include <math.h>
#include <string.h>

#include "doc/spark.h"
#include "flow/report/internal.h"
#include "stat/twosample.h"

static const char *
verdict_of(const struct drift_column *d)
{
	return d->by == DRIFT_BY_FEW ? "too few" : d->by == DRIFT_BY_TYPE ?
	    "type changed" : d->by == DRIFT_BY_GONE ? "gone" : d->unknown ?
	    "unknown" : d->drifted ? "drift" : "same";
}

static const char *
test_of(const struct drift_column *d)
{
	return d->by == DRIFT_BY_MISSING ? "missing values" : d->by ==
	    DRIFT_BY_GONE || d->by == DRIFT_BY_TYPE || d->date ? "" :
	    ts_name(d->method);
}

static const char *
spark_of(struct report *p, const double *bar, size_t n)
{
	struct buf b;
	const char *s;

	buf_init(&b, BUF_CAP_SMALL);
	plot_shares(&b, bar, n, DRIFT_BARS);
	s = arena_strndup(&p->a, b.data, b.len);
	buf_free(&b);
	return s;
}

/* A column that is gone was not counted on either side. */
static const char *
missing_of(struct report *p, const struct drift_column *d, uint64_t values,
    uint64_t rows)
{
	double share = rows > 0 ? 100 * (1 - (double)values / (double)rows) :
	    0;

	return d->by == DRIFT_BY_GONE ? "" : arena_printf(&p->a, "%.1f %%",
	    share);
}

static void
put_columns(struct report *p)
{
	static const char *const heads[] = { "column", "test", "score",
	    "threshold", "verdict", "reference", "current", "missing before",
	    "missing now" };

	doc_heading(&p->d, 2, "Columns");
	doc_table_open(&p->d, heads, 9, "llrrlllrr");
	for (size_t i = 0; i < p->r->n; i++) {
		const struct drift_column *d = &p->r->col[i];

		doc_row(&p->d, (const char *const[]){ d->name, test_of(d),
		    report_number(p, d->score), *test_of(d) != '\0' ?
		    report_number(p, d->threshold) : "", verdict_of(d),
		    spark_of(p, d->bar_ref, d->bars), spark_of(p, d->bar_cur,
		    d->bars), missing_of(p, d, d->n_ref, d->rows_ref),
		    missing_of(p, d, d->n_cur, d->rows_cur) });
	}
	doc_table_close(&p->d);
}

static void
put_names(struct report *p, const struct drift_names *l, const char *what)
{
	struct buf b;

	if (l->n == 0)
		return;
	buf_init(&b, BUF_CAP_SMALL);
	buf_addf(&b, "%s: ", what);
	for (size_t i = 0; i < l->n && i < 20; i++)
		buf_addf(&b, "%s%s", i > 0 ? ", " : "", l->v[i]);
	buf_adds(&b, l->n > 20 ? " ..." : "");
	doc_notice(&p->d, b.data);
	buf_free(&b);
}

static void
put_summary(struct report *p)
{
	const struct drift_report *r = p->r;
	const char *verdict = r->few && !r->drifted ? "too few rows" :
	    r->unknown ? "unknown" : r->drifted ? "drift" : "no drift";

	doc_tile(&p->d, "Verdict", verdict, arena_printf(&p->a, "drift from "
	    "%.0f %% of the columns%s on", 100 * p->o->drift->share,
	    p->o->drift->n_weight > 0 ? "' weight" : ""));
	doc_tile(&p->d, "Columns that drifted", arena_printf(&p->a,
	    "%zu of %zu", r->count, r->n), p->o->drift->n_weight > 0 ?
	    arena_printf(&p->a, "%.1f %% of their weight", 100 *
	    r->weighted) : "");
	doc_tile(&p->d, "Reference rows", report_count(p, p->o->ref->rows),
	    p->o->name_ref);
	doc_tile(&p->d, "Current rows", report_count(p, p->o->cur->rows),
	    p->o->name_cur);
	report_left_out(p, p->o->skipped, "Lines of the request log passed over, "
	    "torn or not flat");
	put_names(p, &r->gone, "Not in the current data");
	put_names(p, &r->added, "Not in the reference");
	put_names(p, &r->skipped, "Dates, not compared");
}

static int
put_page(struct report *p, struct buf *out, struct err *e)
{
	doc_open(&p->d, out, p->o->form, arena_printf(&p->a, "Drift: %s "
	    "against %s", p->o->name_cur, p->o->name_ref));
	put_summary(p);
	if (report_timeline(p, e) < 0)
		return -1;
	report_shapes(p);
	if (report_performance(p, e) < 0)
		return -1;
	if (report_segments(p, e) < 0)
		return -1;
	put_columns(p);
	doc_paragraph(&p->d, "Scores and the choice of test are Evidently's; "
	    "a difference that sampling noise explains is no drift. "
	    "Aggregates alone are shown, and no category of fewer than five "
	    "rows.");
	doc_close(&p->d);
	return buf_check(out, e);
}

int
report_write(struct buf *out, struct report_result *result,
    const struct report_opts *o, struct err *e)
{
	struct drift_side ref = { .t = o->ref }, cur = { .t = o->cur };
	struct report p = { .o = o };
	struct drift_opts d = *o->drift;
	struct drift_report r;
	int got;

	d.partial = o->log;
	if (drift_compare(&r, &ref, &cur, &d, e) != 0)
		return -1;
	p.r = &r;
	*result = (struct report_result){ r.drifted, r.unknown, r.few,
	    r.count, r.n };
	got = put_page(&p, out, e);
	arena_free(&p.a);
	drift_release(&r);
	return got;
}
