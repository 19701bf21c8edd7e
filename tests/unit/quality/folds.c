/* Rows dealt out to folds: by content, class, group and time. */
#include "quality/folds.h"

#include <stdlib.h>
#include <string.h>

#include "read/whole.h"
#include "../tap.h"

#define ROWS 120

/* Rows `order` apart, so that the same ones stand elsewhere. */
static struct table *
make_rows(size_t order)
{
	struct err e = ERR_INIT;
	struct table *t = NULL;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	buf_adds(&b, "id,who,day,y\n");
	for (size_t i = 0; i < ROWS; i++) {
		size_t k = i * order % ROWS;

		buf_addf(&b, "%zu,w%zu,%zu,%s\n", k, k % 4, k * 7 % ROWS,
		    k % 10 == 0 ? "rare" : "often");
	}
	ok(table_read(&t, b.data, b.len, NULL, &e) == 0, "rows");
	buf_free(&b);
	return t;
}

static struct folds
deal(const struct table *t, const struct folds_opts *o)
{
	struct err e = ERR_INIT;
	struct folds f;

	ok(folds_deal(&f, t, o, &e) == 0, "%s folds %s", folds_kind(o), e.msg);
	return f;
}

static void
by_content(void)
{
	struct table *t = make_rows(1), *turned = make_rows(7);
	const struct folds_opts o = { .folds = 4, .stratify = "y" };
	struct folds f = deal(t, &o), g = deal(turned, &o);
	size_t row[ROWS], n, rest, rare;
	bool same = true;

	for (size_t i = 0; i < ROWS; i++)
		same &= f.of_row[i * 7 % ROWS] == g.of_row[i];
	ok(same, "a row's fold does not hang on where it stands");
	for (size_t k = 0; k < 4; k++) {
		n = folds_judged(row, &f, k);
		rare = 0;
		for (size_t i = 0; i < n; i++)
			rare += row[i] % 10 == 0;
		ok(rare == 3, "fold %zu has its share of the rare class", k);
		ok(n == ROWS / 4, "and of all");
		rest = folds_learned(row, &f, k);
		ok(n + rest == ROWS, "the others are learned from");
	}
	folds_release(&f);
	folds_release(&g);
	table_free(t);
	table_free(turned);
}

static void
by_group(void)
{
	struct table *t = make_rows(1);
	const struct folds_opts o = { .folds = 4, .by = "who" };
	const struct folds_opts more = { .folds = 5, .by = "who" };
	struct err e = ERR_INIT;
	struct folds f = deal(t, &o);
	bool together = true;
	unsigned seen = 0;

	for (size_t i = 0; i < ROWS; i++) {
		together &= f.of_row[i] == f.of_row[i % 4];
		seen |= 1U << f.of_row[i];
	}
	ok(together && seen == 15, "as many groups as folds: each is one");
	folds_release(&f);
	ok(folds_deal(&f, t, &more, &e) < 0 && e.code == ERR_FORMAT,
	    "more folds than groups: %s", e.msg);
	table_free(t);
}

/* 12 rows of 4 moments: no two folds, nor what is learned, share one. */
static void
one_moment(void)
{
	static const int day[] = { 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4 };
	const struct folds_opts o = { .folds = 3, .time = "day" };
	struct err e = ERR_INIT;
	struct table *t = table_new(1);
	struct folds f;
	bool apart = false;

	(void)column_init(&t->col[0], "day", COL_INT64, 12, &e);
	for (size_t i = 0; i < 12; i++)
		t->col[0].i64[i] = day[i];
	t->col[0].rows = t->rows = 12;
	ok(folds_deal(&f, t, &o, &e) == 0, "dealt");
	for (size_t i = 1; i < 12; i++)
		apart |= day[i] == day[i - 1] && f.of_row[i] != f.of_row[i - 1];
	ok(!apart, "rows of one moment are in one fold");
	folds_release(&f);
	for (size_t i = 0; i < 12; i++)
		t->col[0].i64[i] = day[i] / 4;
	ok(folds_deal(&f, t, &o, &e) < 0 && strstr(e.msg, "moments of column "
	    "'day' fill"), "too few moments are said");
	table_free(t);
}

/* As TimeSeriesSplit(3) of 120 rows: 30 each, and 30 before. */
static void
by_time(void)
{
	struct table *t = make_rows(1);
	const struct folds_opts o = { .folds = 3, .time = "day" };
	struct folds f = deal(t, &o);
	size_t row[ROWS];

	for (size_t k = 0; k < 3; k++) {
		bool right = true;
		size_t n = folds_learned(row, &f, k);

		ok(n == 30 * (k + 1), "fold %zu learns from all before", k);
		for (size_t i = 0; i < n; i++)
			right &= row[i] * 7 % ROWS < 30 * (k + 1);
		n = folds_judged(row, &f, k);
		for (size_t i = 0; i < n; i++)
			right &= row[i] * 7 % ROWS / 30 == k + 1;
		ok(right && n == 30, "and is judged by the next");
	}
	folds_release(&f);
	table_free(t);
}

int
main(void)
{
	by_content();
	by_group();
	by_time();
	one_moment();
	return tap_done();
}
