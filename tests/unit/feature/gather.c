/* feature/gather.h against an independent oracle that looks at every row. */
#include "feature/gather.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "base/clock.h"
#include "base/rng.h"

#define ROWS_MAX 20000
#define ASKED_MAX 2000

/* Few keys, times and values, so that ties are many. */
struct shape {
	int rows, asked, keys, seconds, values;
};
static const struct shape many_keys = { 600, 300, 7, 120, 9 };
/* ... or one key whose rows do not fit at once. */
static const struct shape hot_key = { 20000, 2000, 1, 8000, 9 };
static const struct shape hot_moment = { 20000, 300, 1, 15, 9 };

static const char spec_text[] =
    "entities: {e: {key: k}}\n"
    "views: {v: {entity: e, source: s.csv, timestamp: t, created: c, "
    "ttl: 30s, features: [x, {name: n, window: 20s, agg: count}, "
    "{name: s, window: 20s, agg: sum, of: x}, "
    "{name: lo, window: 20s, agg: min, of: x}, "
    "{name: hi, window: 20s, agg: max, of: x}, "
    "{name: d, window: 20s, agg: distinct, of: x}, "
    "{name: m, window: 7s, agg: mean, of: x}, "
    "{name: v, window: 50s, agg: std, of: x}, "
    "{name: l, window: 20s, agg: last-3, of: x}]}}\n";

struct row {
	int k, x;
	int64_t t, c;			/* seconds */
};

static struct row row[ROWS_MAX], asked[ASKED_MAX];
static struct shape now;

static void
make_rows(struct buf *csv, uint64_t seed)
{
	struct rng r;
	char t[CLOCK_TEXT_MAX], c[CLOCK_TEXT_MAX];

	rng_seed(&r, seed, 0);
	buf_adds(csv, "x,k,c,t\n");
	for (int i = 0; i < now.rows; i++) {
		row[i].k = (int)rng_below(&r, (uint64_t)now.keys);
		row[i].x = (int)rng_below(&r, (uint64_t)now.values);
		row[i].t = (int64_t)rng_below(&r, (uint64_t)now.seconds);
		row[i].c = row[i].t + (int64_t)rng_below(&r, 4) * 5 - 2;
		clock_print(t, row[i].t * 1000000);
		clock_print(c, row[i].c * 1000000);
		buf_addf(csv, "%d,k%d,%s,%s\n", row[i].x, row[i].k, c, t);
	}
	for (int i = 0; i < now.asked; i++) {
		asked[i].k = (int)rng_below(&r, (uint64_t)now.keys + 1);
		asked[i].t = (int64_t)rng_below(&r, (uint64_t)now.seconds + 40);
	}
}

static bool
known(const struct row *r, const struct row *at)
{
	return r->k == at->k && r->t <= at->t && r->c <= at->t;
}

/* What each feature should be: -1 missing. */
static void
oracle(int want[6], const struct row *at)
{
	const struct row *best = NULL;
	bool seen[9] = { false };

	want[0] = want[3] = want[4] = want[2] = -1;
	want[1] = want[5] = 0;
	for (int i = 0; i < now.rows; i++) {
		const struct row *r = &row[i];

		if (!known(r, at))
			continue;
		if (best == NULL || r->t > best->t ||
		    (r->t == best->t && r->c >= best->c))
			best = r;
		if (r->t <= at->t - 20)
			continue;
		want[1]++;
		want[2] = (want[2] < 0 ? 0 : want[2]) + r->x;
		want[3] = want[3] < 0 || r->x < want[3] ? r->x : want[3];
		want[4] = r->x > want[4] ? r->x : want[4];
		want[5] += !seen[r->x];
		seen[r->x] = true;
	}
	if (best == NULL)
		want[1] = want[5] = -1;
	else if (best->t >= at->t - 30)
		want[0] = best->x;
}

/* mean of 7 s, sample std of 50 s; -1 missing. */
static void
oracle_of_numbers(double *mean, double *std, const struct row *at)
{
	double sum = 0, n = 0, all = 0, k = 0, squares = 0;

	for (int i = 0; i < now.rows; i++) {
		if (!known(&row[i], at))
			continue;
		if (row[i].t > at->t - 7) {
			sum += row[i].x;
			n++;
		}
		if (row[i].t > at->t - 50) {
			all += row[i].x;
			k++;
		}
	}
	for (int i = 0; i < now.rows; i++)
		if (known(&row[i], at) && row[i].t > at->t - 50)
			squares += (row[i].x - all / k) * (row[i].x - all / k);
	*mean = n > 0 ? sum / n : -1;
	*std = k > 1 ? sqrt(squares / (k - 1)) : -1;
}

static int
by_rule(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;

	if (x->t != y->t)
		return x->t < y->t ? -1 : 1;
	if (x->c != y->c)
		return x->c < y->c ? -1 : 1;
	return (x > y) - (x < y);
}

/* The last three of 20 s as a list; empty: missing. */
static void
oracle_of_last(char text[64], const struct row *at)
{
	static const struct row *all[ROWS_MAX];
	int n = 0, used = 0;

	for (int i = 0; i < now.rows; i++)
		if (known(&row[i], at) && row[i].t > at->t - 20)
			all[n++] = &row[i];
	qsort(all, (size_t)n, sizeof(all[0]), by_rule);
	text[0] = '\0';
	for (int i = n > 3 ? n - 3 : 0; i < n; i++)
		used += snprintf(text + used, 64 - (size_t)used, "%c%d",
		    used ? ',' : '[', all[i]->x);
	if (n > 0)
		snprintf(text + used, 64 - (size_t)used, "]");
}

static bool
near(const struct raw_cell *c, double want)
{
	double got = -1;

	if (c->s != NULL && !num_parse_f64(c->s, c->n, &got))
		return false;
	return fabs(got - want) <= 1e-12 * (1 + fabs(want));
}

/* Of the features that are no whole numbers. */
static int
other_differences(struct gathered *g)
{
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	enum feature_status status;
	struct raw_cell c[3];
	char last[64];
	double mean, std;
	int bad = 0;

	for (int i = 0; i < now.asked; i++) {
		oracle_of_numbers(&mean, &std, &asked[i]);
		oracle_of_last(last, &asked[i]);
		for (int f = 0; f < 3; f++)
			if (gathered_value(&c[f], &status, &a, g,
			    &g->view->feature[6 + f],
			    (size_t)i, &e) < 0)
				return -1;
		bad += !near(&c[0], mean) + !near(&c[1], std);
		bad += c[2].n != strlen(last) || (c[2].n > 0 &&
		    memcmp(c[2].s, last, c[2].n) != 0);
	}
	arena_free(&a);
	return bad;
}

static int
differences(struct gathered *g)
{
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	enum feature_status status;
	struct raw_cell c;
	int want[6], bad = 0;
	int64_t got;

	for (int i = 0; i < now.asked; i++) {
		oracle(want, &asked[i]);
		for (int f = 0; f < 6; f++) {
			if (gathered_value(&c, &status, &a, g,
			    &g->view->feature[f], (size_t)i,
			    &e) < 0)
				return -1;
			if (c.s == NULL)
				got = -1;
			else if (!num_parse_i64(c.s, c.n, &got))
				return -1;
			bad += got != want[f];
		}
	}
	arena_free(&a);
	return bad;
}

static int
try_seed(uint64_t seed, const struct shape *shape, uint64_t memory,
    struct err *e)
{
	const struct table_read_opts read = { .name = "rows" };
	const struct feed_opts how = { &read, -1, false };
	struct arena a = { NULL, 0 };
	struct feature_spec *spec;
	struct feed *feed;
	struct source from;
	struct moments m;
	struct gathered g;
	struct buf csv, key;
	int bad = -1;

	buf_init(&csv, BUF_CAP_SMALL);
	buf_init(&key, BUF_CAP_SMALL);
	now = *shape;
	make_rows(&csv, seed);
	moments_init(&m);
	for (int i = 0; i < now.asked; i++) {
		buf_clear(&key);
		buf_addf(&key, "k%d", asked[i].k);
		moments_add(&m, &key, asked[i].t * 1000000, e);
	}
	from = source_memory(csv.data, csv.len, "rows");
	if (feature_spec_parse(&spec, &a, spec_text, strlen(spec_text),
	    e) == 0 && moments_sort(&m, e) == 0 &&
	    gathered_init(&g, &spec->view[0], &m, memory, e) == 0) {
		if (feed_open(&feed, &spec->view[0], &from, &how, e) == 0) {
			if (gather_rows(&g, feed, e) == 0)
				bad = differences(&g) + other_differences(&g);
			feed_free(feed);
		}
		gathered_release(&g);
	}
	source_close(&from);
	moments_release(&m);
	buf_free(&csv);
	buf_free(&key);
	arena_free(&a);
	return bad;
}

int
main(void)
{
	struct err e = ERR_INIT;
	int bad = 0;

	for (uint64_t seed = 1; seed <= 20 && bad == 0; seed++)
		bad = try_seed(seed, &many_keys, 1 << 20, &e);
	ok(bad == 0, "20 random tables with ties and late rows agree with the "
	    "oracle in every cell: %s", bad ? e.msg : "");
	for (uint64_t seed = 1; seed <= 3 && bad == 0; seed++)
		bad = try_seed(seed, &hot_key, 1 << 16, &e);
	ok(bad == 0, "so do those of one key with more events than memory: %s",
	    bad ? e.msg : "");
	bad = try_seed(1, &hot_moment, 1 << 16, &e);
	ok(bad == -1 && e.code == ERR_TOOBIG, "a window that does not fit is "
	    "told: %s", e.msg);
	return tap_done();
}
