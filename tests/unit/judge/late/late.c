/* The worked example of confidence-based estimation, and a join by key. */
#include "judge/late/late.h"

#include "judge/late/cbpe.h"
#include "judge/late/holdout.h"
#include "../../tap.h"

/* Scores that are their own probabilities: TP 3, FP 1, FN 1, TN 3. */
static void
estimates(void)
{
	static const double p[] = { .9, .8, .7, .6, .4, .3, .2, .1 };
	static const double want[] = { .8125, .75, .75, .75, .75, .75 };
	struct cbpe_group g = { 0 };
	struct cbpe c;

	cbpe_init(&c);
	for (size_t i = 0; i < 8; i++)
		cbpe_add(&g, cbpe_probability(&c, p[i]), p[i] >= .5);
	for (size_t i = 0; i < CBPE_METRICS; i++) {
		double v, low, high;

		cbpe_estimate(&v, &low, &high, &g, &c, i);
		ok(fabs(v - want[i]) < 1e-12, "estimated %s", cbpe_names[i]);
	}
	cbpe_release(&c);
}

/* StratifiedShuffleSplit(10, test_size=.1, random_state=42) of 30 rows, every
 * third of them yes. */
static void
holds_out(void)
{
	static const char *const want[] = {
		"000100000010000000000010000000",
		"000100000001000000000010000000",
		"000000100010010000000000000000",
		"100000000000000001000000000001",
	};
	bool yes[30], held[30];
	struct holdout h;

	for (int i = 0; i < 30; i++)
		yes[i] = i % 3 == 0;
	holdout_init(&h, yes, 30);
	for (size_t s = 0; s < sizeof(want) / sizeof(*want); s++) {
		char got[31] = "";

		holdout_next(&h, held);
		for (int i = 0; i < 30; i++)
			got[i] = held[i] ? '1' : '0';
		is_text(got, want[s], "held out, split %zu", s);
	}
	holdout_release(&h);
}

static int
predict(struct late *l, const char *key, double score, struct err *e)
{
	struct late_text by = { "land", 4 };
	struct late_prediction p = { .key = { key, strlen(key) },
	    .score = &score, .by = &by };

	return late_prediction(l, &p, e);
}

static int
label(struct late *l, const char *key, const char *s, struct err *e)
{
	struct late_text k = { key, strlen(key) }, t = { s, strlen(s) };

	return late_label(l, &k, &t, e);
}

static void
joins(void)
{
	static const char *const classes[] = { NULL, "1" }, *by = "place";
	struct late_opts o = { .task = TASK_BINARY, .classes = classes,
	    .n_classes = 2, .threshold = .5, .by = &by, .n_by = 1,
	    .folder = "/tmp", .memory = 1 << 16 };
	struct late_report r = { 0 };
	struct err e = ERR_INIT;
	struct late *l;
	int bad = 0;

	late_new(&l, &o);
	for (int i = 0; i < 3000; i++) {
		char key[16];

		snprintf(key, sizeof(key), "k%d", i * 7 % 3000);
		bad |= predict(l, key, i % 2 ? .9 : .2, &e);
		snprintf(key, sizeof(key), "k%d", i);
		/* 7 i is odd as i is: the label of a key follows its score */
		if (i < 2000)
			bad |= label(l, key, i % 2 ? "1.0" : "0", &e);
	}
	bad |= label(l, "k5", "true", &e) | label(l, "k6", "1", &e) |
	    label(l, "none", "1", &e);
	ok(!bad && late_judge(&r, l, &e) == 0, "joined, from runs on disk");
	ok(r.n == 2 && r.group[0].labelled == 1999 &&
	    r.group[0].predictions == 3000, "rows of all");
	ok(r.group[0].m[0].value == 1 && r.group[0].m[1].value == 1,
	    "every label met its answer");
	ok(r.unlabelled.n == 1000 && r.unknown.n == 1 && r.repeated.n == 1 &&
	    r.conflicting.n == 1, "what found no counterpart is counted");
	is_text(r.conflicting.first, "k6", "by name");
	late_free(l);
	late_report_release(&r);
}

int
main(void)
{
	estimates();
	holds_out();
	joins();
	return tap_done();
}
