/* Drift: kinds of columns, roles, who counts, what cannot be judged. */
#include "drift/compare.h"
#include "read/whole.h"
#include "../tap.h"

static struct table *
table_of(const char *text)
{
	const struct table_read_opts o = { 0 };
	struct err e = ERR_INIT;
	struct table *t = NULL;

	if (table_read(&t, text, strlen(text), &o, &e) != 0)
		printf("# %s\n", e.msg);
	return t;
}

static int
compare(struct drift_report *r, const char *ref, const char *cur,
    const struct drift_opts *o, struct err *e)
{
	struct table *a = table_of(ref), *b = table_of(cur);
	const struct drift_side sa = { .t = a }, sb = { .t = b };
	int status = drift_compare(r, &sa, &sb, o, e);

	table_free(a);
	table_free(b);
	return status;
}

static void
kinds(void)
{
	const struct drift_opts o = { .share = 0.5, .target = "c",
	    .prediction = "d" };
	struct drift_report r;
	struct err e = ERR_INIT;

	if (!ok(compare(&r, "a,b,c,d,gone\n1.5,1,u,true,1\n2.5,2,u,false,2\n"
	    "3.5,3,u,true,3\n", "new,d,c,b,a\n1,true,u,1,inf\n2,false,u,2,2.5"
	    "\n2,true,u,,9e300\n", &o, &e) == 0, "two tables")) {
		printf("# %s\n", e.msg);
		return;
	}
	is_int(r.n, 5, "columns of both sides count, and one gone");
	ok(r.gone.n == 1 && strcmp(r.gone.v[0], "gone") == 0, "one is gone");
	ok(r.col[4].drifted && r.col[4].by == DRIFT_BY_GONE, "which is drift");
	ok(r.added.n == 1 && strcmp(r.added.v[0], "new") == 0, "one is new");
	ok(r.col[0].numeric && r.col[0].method == TS_CHISQUARE &&
	    r.col[0].n_cur == 2, "infinite values are left out");
	ok(r.col[1].numeric, "integers of which one is missing are numbers");
	is_int(r.col[1].missing_cur, 1, "and it is counted");
	ok(!r.col[2].numeric && r.col[2].method == TS_Z && r.col[2].score == 1,
	    "a single category has not drifted");
	ok(!r.col[3].numeric, "booleans are categories");
	is_text(r.col[2].role, "target", "the target");
	is_text(r.col[3].role, "prediction", "the prediction");
	is_text(r.col[0].role, "feature", "a feature");
	drift_release(&r);
}

static void
nothing_to_say(void)
{
	const struct drift_opts o = { .share = 0.5, .evidently = true };
	const struct drift_opts half = { .share = 0.6, .evidently = true };
	const struct drift_opts whole = { .share = 0.5 };
	struct drift_report r;
	struct err e = ERR_INIT;

	if (ok(compare(&r, "x,y\n1.5,a\n2.5,a\n", "x,y\n,a\n,a\n", &whole,
	    &e) == 0, "a column that was emptied")) {
		ok(r.col[0].drifted && !r.col[0].unknown &&
		    r.col[0].by == DRIFT_BY_MISSING, "has drifted");
		drift_release(&r);
	}
	if (ok(compare(&r, "x,y\n1.5,a\n2.5,a\n", "x,y\n,a\n,a\n", &o, &e) ==
	    0, "a column without values")) {
		ok(r.col[0].unknown && !r.col[0].drifted &&
		    isnan(r.col[0].score), "is unknown");
		ok(!r.drifted && r.unknown, "and decides at a half");
		drift_release(&r);
	}
	if (ok(compare(&r, "x,y\n1.5,a\n2.5,a\n", "x,y\n,a\n,a\n", &half, &e)
	    == 0, "at six tenths")) {
		ok(!r.drifted && !r.unknown, "it does not");
		drift_release(&r);
	}
	if (ok(compare(&r, "x,y\n,a\n,a\n", "x,y\n1,a\n2,a\n", &o, &e) == 0,
	    "the same of the reference")) {
		ok(r.col[0].unknown && r.col[0].n_ref == 0, "is unknown");
		drift_release(&r);
	}
	ok(compare(&r, "x\n1\n", "x\n", &o, &e) != 0 &&
	    e.code == ERR_UNSUPPORTED, "a side without rows is refused");
	ok(compare(&r, "x\n1\n", "y\n1\n", &o, &e) != 0 &&
	    e.code == ERR_UNSUPPORTED, "so are sides without a common column");
}

/* Chance, by known values: scipy's chi2_contingency for large
 * counts, a normal tail for the area, and none for what never repeats. */
static void
chances(void)
{
	const uint64_t a[] = { 600, 400 }, b[] = { 250, 250 };
	const uint64_t once[] = { 1, 1, 1, 0, 0 }, other[] = { 0, 0, 0, 1, 1 };
	const double v[] = { 0, 1 };
	struct twosample s = { v, a, b, 2, 1000, 500, false, false };
	struct err e = ERR_INIT;
	double p = -1;

	ok(ts_chance(&p, &s, TS_CHISQUARE, 0, &e) == 0, "two categories");
	is_near(p, 0.000229, 5e-6, "the p of homogeneity");
	is_near(ts_share_chance(600, 1000, 250, 500), 0.00022925943370477597,
	    1e-12, "two shares: the p of the z test");
	s.numeric = true;
	ok(ts_chance(&p, &s, TS_WASSERSTEIN, 0, &e) == 0, "two numbers");
	ok(p > 0.0001 && p < 0.003, "the area's is near it: %g", p);
	s = (struct twosample){ NULL, once, other, 5, 3, 2, false, false };
	ok(ts_chance(&p, &s, TS_JENSENSHANNON, 0.8, &e) == 0 && p == 1,
	    "values that never repeat say nothing");
}

/* Squares of these overflow; the distance over the deviation need not. */
static void
far_values(void)
{
	const double near[] = { -3, -1, 2, 4 };
	const double far[] = { -0x3p1000, -0x1p1000, 0x2p1000, 0x4p1000 };
	const uint64_t a[] = { 2, 1, 0, 3 }, b[] = { 1, 1, 4, 1 };
	struct twosample s = { near, a, b, 4, 6, 7, true, false };
	struct err e = ERR_INIT;
	double want = 0, got = 0;

	ok(ts_run(&want, &s, TS_WASSERSTEIN, &e) == 0, "small numbers");
	s.value = far;
	ok(ts_run(&got, &s, TS_WASSERSTEIN, &e) == 0, "2^1000 as large");
	ok(want == got && want > 0, "the same Wasserstein distance");
	want = got = -1;
	ok(ts_run(&got, &s, TS_T, &e) == 0, "Student's t");
	s.value = near;
	ok(ts_run(&want, &s, TS_T, &e) == 0 && want == got, "and the same p");
}

/* The bars of a range that is wider than the largest number. */
static void
wide_range(void)
{
	static const char text[] = "a\n-1e308\n0\n1e308\n";
	const struct drift_opts o = { .share = 0.5 };
	struct drift_report r;
	struct err e = ERR_INIT;

	if (!ok(compare(&r, text, text, &o, &e) == 0, "a wide range"))
		return;
	ok(r.col[0].bar_ref[0] == 1 / 3.0 &&
	    r.col[0].bar_ref[DRIFT_BARS - 1] == 1 / 3.0,
	    "its least and its greatest value are the outermost bars");
	drift_release(&r);
}

int
main(void)
{
	wide_range();
	kinds();
	nothing_to_say();
	chances();
	far_values();
	return tap_done();
}
