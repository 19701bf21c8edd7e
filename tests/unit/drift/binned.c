/* Bins of a reference, corrected p-values, and thresholds drawn from it. */
#include "drift/binned.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "drift/thresholds.h"
#include "read/whole.h"
#include "../tap.h"

static void
adjusts(void)
{
	/* statsmodels' multipletests(p, method="fdr_bh") */
	static const double p[] = { 0.01, 0.04, NAN, 0.03, 0.005, 0.5 };
	static const double want[] = { 0.025, 0.05, NAN, 0.05, 0.025, 0.5 };
	double q[6];
	int good = 1;

	binned_adjust(q, p, 6);
	for (int i = 0; i < 6; i++)
		good &= isnan(want[i]) ? isnan(q[i]) : fabs(q[i] - want[i]) <
		    1e-15;
	ok(good, "Benjamini and Hochberg");
}

static struct table *
read_rows(int n)
{
	struct table *t = NULL;
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, BUF_CAP_DATA);
	buf_adds(&b, "x,f,k\n");
	for (int i = 0; i < n; i++)
		buf_addf(&b, "%d,%d,%c\n", i, i % 2, "aab"[i % 3]);
	table_read(&t, b.data, b.len, NULL, &e);
	buf_free(&b);
	return t;
}

static void
bins(void)
{
	struct table *t = read_rows(1000);
	struct binned_opts o = { 0 };
	struct err e = ERR_INIT;
	struct binned b;
	const struct binned_column *x, *k;
	struct binned_score s;

	ok(binned_of_table(&b, t, &o, &e) == 0 && b.n == 3, "bins are made");
	x = &b.col[0];
	k = &b.col[2];
	ok(x->bins == BINS_NUMBERS + 3 && b.col[1].bins == 5 && k->bins == 4,
	    "quantiles, values, words");
	ok(binned_place(x, NAN) == 0 && binned_place(x, -1) == 1 &&
	    binned_place(x, 0) == 2 && binned_place(x, 39) == 6 &&
	    binned_place(x, 40) == 7 && binned_place(x, 999) == 56 &&
	    binned_place(x, 1000) == 57 && binned_place(x, INFINITY) == 0, "places of numbers");
	ok(binned_place_text(k, NULL, 0) == 0 && binned_place_text(k, "z", 1)
	    == 1 && binned_place_text(k, "a", 1) == 2 &&
	    binned_place_text(k, "b", 1) == 3, "places of words");
	ok(binned_place_text(&b.col[1], "true", 4) == 3 &&
	    binned_place_text(x, "many", 4) == BINS_MAX, "places of texts");
	binned_score(&s, x, x->count);
	ok(s.score == 0 && s.p == 1 && s.rows == 1000, "the same is the same");
	binned_release(&b);
	table_free(t);
}

/* scipy 1.17: stats.wasserstein_distance([0, 1, 2, 3], [0, 1, 2, 2, 9]) /
 * std, where a 9 is a deviation beyond the 3; stats.chi2(3).sf(6). */
static void
scores(void)
{
	struct table *t = NULL;
	struct binned_opts o = { 0 };
	struct err e = ERR_INIT;
	struct binned_score s;
	struct law d = { 0.5, 3, 1 };
	double draws[1000];
	uint64_t now[BINS_MAX] = { 0 };
	struct binned b;

	table_read(&t, "x\n0\n1\n2\n3\n", 10, NULL, &e);
	binned_of_table(&b, t, &o, &e);
	for (int i = 0; i < 5; i++)
		now[binned_place(&b.col[0], (double[]){ 0, 1, 2, 2, 9 }[i])]++;
	binned_score(&s, &b.col[0], now);
	ok(fabs(s.score - (0.05 + 0.1 + 0.05) / 1.1180339887498949 - 0.2) <
	    1e-12, "Wasserstein's distance of bins");
	memset(now, 0, sizeof(now));
	for (int i = 0; i < 5; i++)
		now[binned_place(&b.col[0], (double[]){ 0, 1, 2, 3, NAN }[i])]++;
	binned_score(&s, &b.col[0], now);
	ok(fabs(s.score - 0.4) < 1e-12 && s.missing == 1, "twice what is "
	    "missing");
	ok(fabs(law_sf(&d, 2) - 0.11161022509471268) < 1e-12 &&
	    fabs(law_quantile(&d, 0.11161022509471268) - 2) < 1e-9, "a "
	    "chi-square that is scaled and moved");
	for (int i = 0; i < 1000; i++)
		draws[i] = law_quantile(&d, (i + 0.5) / 1000);
	d = law_fit(draws, 1000);
	ok(fabs(d.scale - 0.5) < 0.02 && fabs(d.df - 3) < 0.3 &&
	    fabs(d.shift - 1) < 0.1, "and found by its draws");
	binned_release(&b);
	table_free(t);
}

/* Of windows drawn anew about one in twenty reaches a threshold. */
static void
thresholds(void)
{
	static const uint64_t rows[] = { 100, 400 };
	struct table *t = read_rows(2000);
	struct binned_opts o = { 0 };
	struct thresholds th, back;
	struct err e = ERR_INIT;
	struct binned b;
	struct buf text;

	binned_of_table(&b, t, &o, &e);
	ok(thresholds_draw(&th, &b, t, 0.05, rows, 2, 1, &e) == 0,
	    "thresholds are drawn");
	ok(thresholds_at(&th, "x", 100, 2000, 1) == th.value[0] &&
	    thresholds_at(&th, "x", 400, 2000, 1) == th.value[3] &&
	    thresholds_at(&th, "y", 400, 2000, 1) == 1,
	    "of a size and a column");
	ok(thresholds_at(&th, "x", 200, 2000, 1) < th.value[0] &&
	    thresholds_at(&th, "x", 200, 2000, 1) > th.value[3] &&
	    fabs(thresholds_at(&th, "x", 25, 0, 1) - 2 * th.value[0]) < 1e-12,
	    "between two, and beyond them");
	ok(fabs(thresholds_at(&th, "x", UINT64_MAX, 2000, 1) - th.value[3] *
	    sqrt(400. / 2400)) < 1e-12, "chance in the reference remains");
	buf_init(&text, BUF_CAP_DOC);
	thresholds_write(&text, &th);
	ok(thresholds_parse(&back, text.data, text.len, &e) == 0 &&
	    back.sizes == 2 && back.n == 3 && back.value[5] == th.value[5],
	    "they read back");
	buf_free(&text);
	thresholds_release(&th);
	thresholds_release(&back);
	binned_release(&b);
	table_free(t);
}

#define COLUMNS 10
#define REFERENCE 5000
#define WINDOWS 1000
#define ROWS 200

/* A normal number of column i, every third one rounded, and of those some
 * missing. */
static double
draw(struct rng *r, int i)
{
	double v = 0;

	for (int k = 0; k < 12; k++)
		v += rng_f64(r);
	if (i % 3 != 0)
		return v - 6;
	return rng_f64(r) < 0.1 ? NAN : floor(v);
}

static void
normal_reference(struct binned *b, struct table **t, struct rng *r)
{
	struct binned_opts o = { 0 };
	struct err e = ERR_INIT;
	struct buf text;

	buf_init(&text, BUF_CAP_DATA);
	for (int i = 0; i < COLUMNS; i++)
		buf_addf(&text, "x%d%c", i, i + 1 < COLUMNS ? ',' : '\n');
	for (int row = 0; row < REFERENCE; row++)
		for (int i = 0; i < COLUMNS; i++) {
			double v = draw(r, i);

			if (!isnan(v))
				buf_addf(&text, "%.6f", v);
			buf_addc(&text, i + 1 < COLUMNS ? ',' : '\n');
		}
	table_read(t, text.data, text.len, NULL, &e);
	binned_of_table(b, *t, &o, &e);
	buf_free(&text);
}

/* Windows of the same population, not of the reference: the rate holds, and so
 * does what chance is said to be where nothing was drawn. */
static void
rate(void)
{
	static const uint64_t rows[] = { ROWS };
	size_t told = 0, unlikely = 0;
	struct err e = ERR_INIT;
	struct table *t = NULL;
	struct thresholds th;
	struct binned b;
	struct rng r;

	rng_seed(&r, 8, 0);
	normal_reference(&b, &t, &r);
	ok(thresholds_draw(&th, &b, t, 0.05, rows, 1, 1, &e) == 0, "of 10 "
	    "columns");
	for (int w = 0; w < WINDOWS; w++) {
		bool any = false;

		for (int i = 0; i < COLUMNS; i++) {
			uint64_t now[BINS_MAX] = { 0 };
			struct binned_score s;

			for (int row = 0; row < ROWS; row++)
				now[binned_place(&b.col[i], draw(&r, i))]++;
			binned_score(&s, &b.col[i], now);
			any |= s.score >= th.value[i];
			unlikely += s.p <= 0.01;
		}
		told += any;
	}
	ok(told >= 30 && told <= 70, "windows of 1000 told of at 0.05: %zu",
	    told);
	ok(unlikely >= 60 && unlikely <= 140, "of 10000 at 0.01: %zu",
	    unlikely);
	thresholds_release(&th);
	binned_release(&b);
	table_free(t);
}

int
main(void)
{
	adjusts();
	bins();
	scores();
	thresholds();
	rate();
	return tap_done();
}
