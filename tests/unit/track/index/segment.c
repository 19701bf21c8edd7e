/* Segments of the index of runs: what is read is what was written, and no
 * damage is taken for it. */
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "track/index/segment.h"
#include "../../tap.h"

static const char *const rows[] = {
	"{\"id\":\"a\",\"name\":\"x\",\"params\":{\"lr\":0.1,\"n\":3},"
	    "\"metrics\":{\"valid.auc\":0.5,\"loss\":null}}",
	"{\"id\":\"b\",\"params\":{\"a.b\":1,\"a\":{\"b\":2,\"c\":[1,2]}},"
	    "\"facts\":{\"tags\":{\"mlflow.user\":\"u\"}}}",
	"{\"id\":\"c\",\"name\":\"\\u0000y\",\"params\":{\"lr\":\"0.10\","
	    "\"on\":true,\"big\":9223372036854775807},\"metrics\":{}}",
	"{\"id\":\"d\",\"name\":\"x\",\"params\":{\"lr\":0.1}}",
};
#define ROWS (sizeof(rows) / sizeof(*rows))

static const char *const names[] = { "id", "name", "params", "params.lr",
	"params.n", "params.a.b", "params.a.c", "params.on", "params.big",
	"metrics.valid.auc", "metrics.loss", "facts.tags.mlflow.user",
	"nothing" };
#define NAMES (sizeof(names) / sizeof(*names))

static bool
same(const struct json *x, const struct json *y)
{
	return x->type == y->type && x->i == y->i && x->d == y->d &&
	    x->b == y->b && (x->type != JSON_TEXT || (x->n == y->n &&
	    memcmp(x->s, y->s, x->n) == 0));
}

static void
make(struct buf *out)
{
	const struct ref_moment moment = { 7, 9 };
	struct segment_writer *w = segment_writer_new();
	struct segment_ref ref = { .stamp = 1 };
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct json *row;

	for (size_t i = 0; i < ROWS; i++) {
		ref.stamp = i + 1;
		ok(json_parse(&row, &a, rows[i], strlen(rows[i]), 0, &e) == 0,
		    "row %zu is JSON", i);
		segment_add(w, &ref, row);
	}
	segment_bury(w, 5);
	ok(segment_writer_done(out, w, &moment, 3), "a segment is made");
	arena_free(&a);
}

/* Every value by every name; false: one is another than json_path has it. */
static bool
check_values(struct segment *s)
{
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	bool good = true;

	for (size_t k = 0; k < NAMES; k++) {
		const struct segment_column *c = segment_column(s, names[k],
		    strlen(names[k]));
		const struct segment_entry *v = c ? segment_entries(s, c) :
		    NULL;
		size_t at = 0;

		for (size_t i = 0; i < ROWS; i++) {
			const struct json *want;
			struct json *row, got;

			if (json_parse(&row, &a, rows[i], strlen(rows[i]), 0,
			    &e) < 0)
				return false;
			want = json_path(row, names[k]);
			if (v == NULL || at == c->n || v[at].row != i) {
				good &= want == NULL;
				continue;
			}
			good &= want && segment_value(&got, s, c, v, at) &&
			    (got.type == JSON_MAP || got.type == JSON_LIST ?
			    got.type == want->type : same(&got, want));
			at++;
		}
	}
	arena_free(&a);
	return good;
}

static void
test_values(void)
{
	struct segment s;
	struct buf b;
	const char *p;
	size_t n;

	make(&b);
	ok(segment_take(&s, &b), "it is read");
	ok(s.head.n_rows == ROWS && s.head.moment.ns == 9 && s.head.base == 3,
	    "its head is what was said");
	ok(s.head.n_dead == 1 && s.dead[0] == 5, "so is what it buries");
	ok(check_values(&s), "every field of every row is what it was");
	ok(segment_refs(&s) && segment_refs(&s)[2].stamp == 3, "and its ref");
	p = segment_json(&n, &s, 1);
	ok(p && n == strlen(rows[1]) && memcmp(p, rows[1], n) == 0,
	    "and the whole row");
	ok(!s.damaged, "nothing is damaged");
	segment_release(&s);
	buf_free(&b);
}

/* Whatever bit is another: values are right, or it is damaged. */
static void
test_damage(void)
{
	size_t wrong = 0, unseen = 0;
	struct buf whole;

	make(&whole);
	for (size_t i = 0; i < whole.len; i++) {
		struct segment s;
		struct buf b;
		bool good;
		size_t n;

		buf_init(&b, BUF_CAP_DATA);
		buf_add(&b, whole.data, whole.len);
		b.data[i] ^= (char)(1 << i % 8);
		if (segment_take(&s, &b)) {
			good = check_values(&s);
			for (uint32_t row = 0; row < ROWS; row++)
				good &= segment_json(&n, &s, row) &&
				    n == strlen(rows[row]);
			(void)segment_refs(&s);
			wrong += !good && !s.damaged;
			unseen += good && !s.damaged;
		}
		segment_release(&s);
		buf_free(&b);
	}
	ok(wrong == 0, "no damage is taken for a value");
	ok(unseen < 200, "%zu bits mean nothing", unseen);
	buf_free(&whole);
}

static void
test_cut(void)
{
	size_t taken = 0;
	struct buf whole;

	make(&whole);
	for (size_t n = 0; n < whole.len; n++) {
		struct segment s;
		struct buf b;

		buf_init(&b, BUF_CAP_DATA);
		buf_add(&b, whole.data, n);
		taken += segment_take(&s, &b);
		segment_release(&s);
		buf_free(&b);
	}
	ok(taken == 0, "one that was cut short is none");
	buf_free(&whole);
}

int
main(void)
{
	test_values();
	test_damage();
	test_cut();
	return tap_done();
}
