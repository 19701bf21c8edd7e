/* Lines of a rollout counted: a unit once a measure, by side and share. */
#include "codec/json.h"
#include "rollout/tally.h"

#include "../tap.h"

static const char policy[] = "kind: canary\n"
    "guards:\n"
    "  - {metric: errors, max: 0.5}\n"
    "  - {metric: latency, over: 1, max: 0.5}\n"
    "  - {metric: shift, ratio: 2}\n"
    "  - {metric: shift, output: score, edges: [0.2, 0.8], ratio: 2}\n"
    "  - {metric: mistakes, target: y, ratio: 1}\n"
    "goal: {metric: value, column: v, low: 0, high: 10, margin: 1}\n";

enum { ERRORS, LATENCY, LABEL, BINS, MISTAKES, VALUE };

static struct arena arena;

static const struct json *
parse(const char *s)
{
	struct json *j;
	struct err e = ERR_INIT;

	if (json_parse(&j, &arena, s, strlen(s), 0, &e) < 0)
		printf("# %s\n", e.msg);
	return j;
}

/* "k1" is a mistake of "no" and worth 3; "k2" right and worth 20. */
static const char *
find(void *ctx, const char *key, size_t n, const char *column)
{
	(void)ctx;
	if (n != 2 || (memcmp(key, "k1", 2) && memcmp(key, "k2", 2)))
		return NULL;
	if (strcmp(column, "y") == 0)
		return key[1] == '1' ? "yes" : "no";
	return key[1] == '1' ? "3" : "20";
}

struct line {
	uint64_t place;
	const char *variant, *unit;
	double share;
	int status;
	int64_t micros;
	const char *outputs;
};

static void
add(struct tally *t, const struct line *l)
{
	struct reqlog_entry entry = { .time = "", .id = "", .unit = l->unit,
	    .version = "", .variant = l->variant, .share = l->share,
	    .place = l->place, .micros = l->micros, .status = l->status };
	struct err e = ERR_INIT;

	entry.outputs = l->outputs ? parse(l->outputs) : NULL;
	entry.inputs = parse("{\"a\":1}");
	ok(tally_entry(t, &entry, &e) == 0, "a line is taken");
}

#define NO "{\"label\":\"no\",\"score\":0.1}"
#define YES "{\"label\":[\"yes\",\"no\"],\"score\":[0.8,0.1]}"

static void
test_units(struct tally *t)
{
	const struct measure_tally *m = t->measure;

	add(t, &(struct line){ 1, "stable", "k1", 10, 200, 100, NO });
	add(t, &(struct line){ 1, "stable", "k1", 10, 200, 5000, NO });
	add(t, &(struct line){ 2, "canary", "k2", 10, 400, 100, NULL });
	add(t, &(struct line){ 2, "canary", "k2", 10, 400, 100, NULL });
	add(t, &(struct line){ 2, "canary", "k2", 10, 200, 100, NO });
	add(t, &(struct line){ 3, "canary", "k9", 10, 200, 100, YES });
	ok(t->units[SIDE_CHAMPION] == 1 && t->units[SIDE_CANDIDATE] == 2,
	    "units, not requests");
	is_int(t->requests[SIDE_CANDIDATE], 4, "requests");
	ok(m[ERRORS].units[SIDE_CANDIDATE] == 2 &&
	    m[ERRORS].events[SIDE_CANDIDATE] == 1 &&
	    m[ERRORS].event[0].all == 1 && m[ERRORS].event[0].arm == 1,
	    "a unit's second error is none");
	ok(m[LATENCY].events[SIDE_CHAMPION] == 1 &&
	    m[LATENCY].events[SIDE_CANDIDATE] == 0, "a slow request later on "
	    "counts");
	ok(m[LABEL].n_classes == 2 && m[LABEL].of_class[0][SIDE_CHAMPION] ==
	    1 && m[LABEL].of_class[0][SIDE_CANDIDATE] == 1 &&
	    m[LABEL].of_class[1][SIDE_CANDIDATE] == 1, "labels, of many rows "
	    "the first");
	is_text(m[BINS].name[0], "<0.2", "a number below the first edge");
	is_text(m[BINS].name[1], ">=0.8", "a number at the last edge");
	ok(m[MISTAKES].events[SIDE_CHAMPION] == 1 &&
	    m[MISTAKES].units[SIDE_CANDIDATE] == 1 &&
	    m[MISTAKES].events[SIDE_CANDIDATE] == 0, "mistakes of those with "
	    "a label");
	is_near(m[VALUE].difference.sum[SIDE_CHAMPION], 0.7, 1e-12, "a high "
	    "value is good");
	ok(m[VALUE].difference.sum[SIDE_CANDIDATE] == 0 && m[VALUE].unplaced,
	    "a value beyond the highest counts as that, and is told");
}

/* A unit that the larger share gave to the candidate. */
static void
test_ramp(struct tally *t)
{
	const struct measure_tally *m = &t->measure[ERRORS];

	add(t, &(struct line){ 1, "canary", "k1", 50, 400, 100, NULL });
	add(t, &(struct line){ 4, "canary", "", 50, 200, 100, NO });
	is_int(t->n_shares, 2, "two shares");
	ok(m->units[SIDE_CANDIDATE] == 4 && m->units[SIDE_CHAMPION] == 1,
	    "a unit that moved was looked at on both sides");
	is_int(m->events[SIDE_CANDIDATE], 2, "and erred on the other one");
	ok(m->event[1].share == 0.5 && m->event[1].all == 1,
	    "at the share of its first error");
	is_int(m->difference.n[SIDE_CANDIDATE], 3, "the mean is of first "
	    "requests");
	ok(t->unit[0].all == 3 && t->unit[1].all == 1, "units are of the "
	    "share at which they came first");
	is_int(tally_step_units(t, SIDE_CANDIDATE, 50), 1, "one of them at the "
	    "second one");
	is_int(tally_step_units(t, SIDE_CHAMPION, 10), 1, "and one of the "
	    "champion at the first");
}

static void
test_passed_over(struct tally *t)
{
	uint64_t before = t->units[SIDE_CANDIDATE];

	add(t, &(struct line){ 9, "shadow", "", 10, 200, 100, NO });
	add(t, &(struct line){ 9, "canary", "", 0, 200, 100, NO });
	add(t, &(struct line){ 9, "canary", "", 100, 200, 100, NO });
	is_int(t->units[SIDE_CANDIDATE], before, "a shadow's lines, and those "
	    "at 0 and 100 per cent, compare nothing");
}

static void
test_many_classes(struct tally *t)
{
	const struct measure_tally *m = &t->measure[LABEL];
	uint64_t all = 0, before = m->units[SIDE_CANDIDATE];

	for (uint64_t i = 0; i < 40; i++) {
		char text[64];

		snprintf(text, sizeof(text), "{\"label\":\"c%llu\"}",
		    (unsigned long long)i);
		add(t, &(struct line){ 100 + i, "canary", "", 50, 200, 1,
		    text });
	}
	is_int(m->n_classes, TALLY_CLASSES, "so many classes are kept apart");
	for (size_t k = 0; k < m->n_classes; k++)
		all += m->of_class[k][SIDE_CANDIDATE];
	is_int(m->units[SIDE_CANDIDATE] - before, 40, "all are counted");
	is_int(all, m->units[SIDE_CANDIDATE], "the last one holds the rest");
}

static void
test_shadow(void)
{
	const char *shadow = "kind: shadow\nguards: [{metric: errors, max: "
	    "0.1}]\ngoal: {metric: mistakes, target: y, margin: 0.1}\n";
	const struct tally_labels labels = { "unit", find, NULL };
	struct rollout_policy p;
	struct reqlog_entry entry = { .time = "", .id = "", .unit = "k1",
	    .version = "", .variant = "shadow", .place = 1, .micros = 9,
	    .status = 200, .rows = 2 };
	struct err e = ERR_INIT;
	struct tally t;

	if (!ok(rollout_policy_parse(&p, shadow, strlen(shadow), &e) == 0,
	    "a shadow's policy is read: %s", e.msg))
		return;
	tally_init(&t, &p, &labels);
	entry.answered = parse("{\"label\":[\"no\",\"no\"],\"s\":[0.5,0.5]}");
	entry.shadow = parse("{\"label\":[\"yes\",\"no\"],\"s\":[0.5,0.25]}");
	ok(tally_entry(&t, &entry, &e) == 0, "a line with both answers");
	entry.place = 2;
	entry.shadow = NULL;
	ok(tally_entry(&t, &entry, &e) == 0, "a line with one alone");
	ok(t.compared.rows == 2 && t.compared.flips == 1 &&
	    t.compared.same == 0, "rows are compared one by one");
	is_near(t.compared.greatest, 0.25, 0, "by the size of the difference");
	is_int(t.shadow_failed, 1, "what it could not answer");
	ok(t.measure[0].units[SIDE_CANDIDATE] == 2 &&
	    t.measure[0].events[SIDE_CANDIDATE] == 1, "is an error");
	ok(t.measure[1].events[SIDE_CHAMPION] == 1 &&
	    t.measure[1].events[SIDE_CANDIDATE] == 0, "both answers are held "
	    "against what came true");
	tally_release(&t);
	rollout_policy_release(&p);
}

int
main(void)
{
	const struct tally_labels labels = { "unit", find, NULL };
	struct rollout_policy p;
	struct err e = ERR_INIT;
	struct tally t;

	if (!ok(rollout_policy_parse(&p, policy, strlen(policy), &e) == 0,
	    "the policy is read: %s", e.msg))
		return tap_done();
	tally_init(&t, &p, &labels);
	test_units(&t);
	test_ramp(&t);
	test_passed_over(&t);
	test_many_classes(&t);
	tally_release(&t);
	rollout_policy_release(&p);
	test_shadow();
	arena_free(&arena);
	return tap_done();
}
