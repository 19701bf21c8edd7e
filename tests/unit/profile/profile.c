/* Profiles: the same bytes for any cut, order or number of threads. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "profile/profile.h"
#include "read/whole.h"
#include "../tap.h"

/* Rows of a made-up table, cut anywhere. */
static void
make_rows(struct buf *out, size_t from, size_t to)
{
	buf_clear(out);
	buf_adds(out, "id,x,k,c,t,when,many\n");
	for (size_t i = from; i < to; i++) {
		uint64_t r = rng_mix(i);

		buf_addf(out, "u%zu-%llx,", i, (unsigned long long)r);
		if (r % 11 != 0)
			buf_addf(out, "%d.%03d", (int)(r >> 8 & 4095) - 2000,
			    (int)((r >> 20) % 1000));
		buf_addf(out, ",%d,%s,%s,2026-01-%02d,w%d\n",
		    (int)(r >> 40 & 7), r & 16 ? "yes" : r & 32 ? "\xff" : "",
		    r & 64 ? "true" : "false", (int)((r >> 50) % 28 + 1),
		    (int)((r >> 30) % 3000));
	}
}

static struct profile *
profile_rows_of(size_t from, size_t to, int threads)
{
	static const struct table_type types[] = {
		{ "id", COL_TEXT }, { "x", COL_FLOAT64 },
		{ "c", COL_CATEGORY }, { "many", COL_CATEGORY },
	};
	struct table_read_opts o = { .types = types, .n_types = 4 };
	struct profile *p = NULL;
	struct err e = ERR_INIT;
	struct table *t;
	struct buf text;

	buf_init(&text, BUF_CAP_DATA);
	make_rows(&text, from, to);
	if (table_read(&t, text.data, text.len, &o, &e) != 0 ||
	    profile_of_table(&p, t, threads, &e) != 0)
		ok(0, "profile: %s", e.msg);
	table_free(t);
	buf_free(&text);
	return p;
}

static void
same_bytes(const struct profile *p, const struct buf *want, const char *what)
{
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	ok(profile_write(&b, p, &e) == 0 && b.len == want->len &&
	    memcmp(b.data, want->data, b.len) == 0, "%s", what);
	buf_free(&b);
}

static void
merges(void)
{
	struct profile *whole = profile_rows_of(0, 30000, 1), *p, *q;
	struct err e = ERR_INIT;
	struct buf want;

	buf_init(&want, BUF_CAP_DOC);
	ok(profile_write(&want, whole, &e) == 0, "written");
	p = profile_rows_of(0, 30000, 3);
	same_bytes(p, &want, "the same bytes from three threads");
	profile_free(p);
	p = profile_rows_of(0, 123, 1);
	q = profile_rows_of(123, 30000, 1);
	ok(profile_merge(p, q, &e) == 0, "merged");
	same_bytes(p, &want, "a small part and a large one");
	profile_free(p);
	profile_free(q);
	p = profile_rows_of(20000, 30000, 1);
	for (size_t at = 20000; at > 0; at -= 5000) {
		struct buf b;

		q = profile_rows_of(at - 5000, at, 1);
		buf_init(&b, BUF_CAP_DOC);
		ok(profile_write(&b, q, &e) == 0, "a part is written");
		profile_free(q);
		ok(profile_parse(&q, b.data, b.len, &e) == 0, "and read: %s",
		    e.msg);
		buf_free(&b);
		ok(profile_merge(p, q, &e) == 0, "and merged backwards");
		profile_free(q);
	}
	same_bytes(p, &want, "five parts in the other order");
	ok(strstr(want.data, "u123-") == NULL, "no value of a text is kept");
	profile_free(p);
	profile_free(whole);
	buf_free(&want);
}

static void
views(void)
{
	struct profile *p = profile_rows_of(0, 30000, 1);
	struct profile_column c;
	double low, high;

	is_int(profile_rows(p), 30000, "rows");
	ok(profile_find(&c, p, "id") && !c.is_number && !c.complete, "text");
	ok(fabs((double)c.distinct / 30000 - 1) < 0.05, "distinct within 5 %%");
	ok(profile_find(&c, p, "k") && c.complete && c.numbers == 8 &&
	    c.distinct == 8 && c.min == 0 && c.max == 7, "few numbers");
	profile_cdf(&c, 6.5, &low, &high);
	ok(low == high && low > 0.85 && low < 0.9, "exact when complete");
	is_near(profile_quantile(&c, 0.5), 3, 0.5, "median");
	ok(profile_find(&c, p, "x") && c.missing > 2000 && c.missing < 3500 &&
	    c.finite + c.missing == 30000, "missing numbers are counted");
	profile_cdf(&c, 0, &low, &high);
	ok(low <= high && high - low < 0.01 && fabs(low - 0.488) < 0.02,
	    "bounds around the share below");
	is_near(profile_quantile(&c, 0.9), 1686, 40, "a high quantile");
	profile_cdf(&c, 1e9, &low, &high);
	ok(low == 1 && high == 1, "all is below a large number");
	profile_cdf(&c, -1e9, &low, &high);
	ok(low == 0 && high == 0, "nothing below a small one");
	ok(c.samples > 800 && c.samples <= 1000, "a sample of rows");
	ok(profile_find(&c, p, "many") && !c.complete && c.words == 1000 &&
	    fabs((double)c.distinct / 3000 - 1) < 0.05, "many categories");
	ok(profile_find(&c, p, "c") && c.complete && c.words == 2, "few words");
	ok(profile_find(&c, p, "when") && c.type == COL_DATETIME &&
	    c.distinct == 28, "dates are numbers");
	ok(!profile_find(&c, p, "none"), "no such column");
	for (int i = -1; i <= 1; i += 2) {
		int32_t key = profile_bucket_key(i * 1.5);

		profile_bucket_edges(key, &low, &high);
		ok(low <= i * 1.5 && i * 1.5 <= high && high - low < 0.02,
		    "a bucket holds what it was made from");
	}
	profile_free(p);
}

static void
refusals(void)
{
	static const struct table_type a[] = { { "x", COL_CATEGORY } };
	struct table_read_opts o = { .types = a, .n_types = 1 };
	struct err e = ERR_INIT;
	struct profile *p = NULL, *q = NULL;
	struct table *t = NULL, *u = NULL;

	ok(profile_parse(&p, "{}", 2, &e) != 0, "not a profile");
	ok(table_read(&t, "x\n1\n", 4, NULL, &e) == 0 &&
	    table_read(&u, "x\n1\n", 4, &o, &e) == 0, "two tables");
	ok(profile_of_table(&p, t, 1, &e) == 0 &&
	    profile_of_table(&q, u, 1, &e) == 0, "their profiles");
	ok(profile_merge(p, q, &e) != 0 && strcmp(e.msg, "column 'x' is int64 "
	    "in one and category in the other") == 0, "types must agree");
	profile_free(p);
	profile_free(q);
	table_free(t);
	table_free(u);
}

int
main(void)
{
	merges();
	views();
	refusals();
	return tap_done();
}
