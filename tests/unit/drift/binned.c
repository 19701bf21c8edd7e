/* Bins of a reference, corrected p-values, and thresholds drawn from it. */
#include "drift/binned.h"

#include <stdlib.h>

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
	    "twentieths, values, words");
	ok(binned_place(x, NAN) == 0 && binned_place(x, -1) == 1 &&
	    binned_place(x, 0) == 2 && binned_place(x, 49) == 2 &&
	    binned_place(x, 50) == 3 && binned_place(x, 999) == 21 &&
	    binned_place(x, 1000) == 22, "places of numbers");
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
	ok(thresholds_at(&th, "x", 100, 1) == th.value[0] &&
	    thresholds_at(&th, "x", 400, 1) == th.value[3] &&
	    thresholds_at(&th, "y", 400, 1) == 1, "of a size and a column");
	ok(thresholds_at(&th, "x", 200, 1) < th.value[0] &&
	    thresholds_at(&th, "x", 200, 1) > th.value[3] &&
	    fabs(thresholds_at(&th, "x", 25, 1) - 2 * th.value[0]) < 1e-12,
	    "between two, and beyond them");
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

int
main(void)
{
	adjusts();
	bins();
	thresholds();
	return tap_done();
}
