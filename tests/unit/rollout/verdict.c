/* Verdicts watched at every request: how seldom they cry without a reason, and
 * what they say with one. */
#include "../../simulate.h"
#include "../tap.h"

static const char watched[] = "kind: canary\n"
    "steps: [10, 50]\n"
    "guards: [{metric: errors, ratio: 1}, {metric: errors, max: 0.05}]\n"
    "min_rows: 1\n"
    "wait: 0\n";

#define ROLLOUTS 60
#define REQUESTS 1500

/* 60 draws of 5 per cent are more than 9 less often than twice in a
 * thousand. */
static void
test_null(void)
{
	int alarms = 0, promoted = 0;

	for (int i = 0; i < ROLLOUTS; i++) {
		struct simulated s;
		bool alarm = false, shown = false;

		if (simulate_begin(&s, watched, (uint64_t)i + 1) < 0)
			return;
		for (int k = 0; k < REQUESTS; k++) {
			enum rollout_word word;

			if (k == REQUESTS / 3)
				simulate_step(&s);
			simulate_request(&s, 0.02, 0.02);
			word = simulate_judge(&s);
			alarm |= word == WORD_ROLLBACK;
			shown |= word == WORD_PROMOTE;
		}
		alarms += alarm;
		promoted += shown;
		simulate_end(&s);
	}
	printf("# %d of %d rolled back, %d promoted\n", alarms, ROLLOUTS,
	    promoted);
	ok(alarms <= 9, "rollouts without a difference, watched at every "
	    "request: no more alarms than alpha allows");
}

/* Requests until there is that word; -1: never. */
static int
wait_for(enum rollout_word word, const char *policy, double champion,
    double candidate, uint64_t seed, int most)
{
	struct simulated s;
	int k, at = -1;

	if (simulate_begin(&s, policy, seed) < 0)
		return -1;
	for (k = 0; at < 0 && k < most; k++) {
		simulate_request(&s, champion, candidate);
		if (k % 10 == 0 && simulate_judge(&s) == word)
			at = k;
	}
	simulate_end(&s);
	return at;
}

static void
test_power(void)
{
	const char *half = "kind: canary\nsteps: [50]\nmin_rows: 1\nwait: 0\n"
	    "goal: {metric: errors, margin: 0.05}\n"
	    "guards: [{metric: errors, ratio: 1}]\n";
	const char *better = "kind: ab\nmin_rows: 1\nwait: 0\n"
	    "goal: {metric: errors}\n";
	int worse = 0, same = 0, ab = 0, ab_same = 0;

	for (uint64_t i = 1; i <= 10; i++) {
		worse += wait_for(WORD_ROLLBACK, half, 0.02, 0.08, i,
		    6000) >= 0;
		same += wait_for(WORD_PROMOTE, half, 0.02, 0.02, i, 6000) >= 0;
		ab += wait_for(WORD_PROMOTE, better, 0.2, 0.1, i, 6000) >= 0;
		ab_same += wait_for(WORD_PROMOTE, better, 0.1, 0.1, i,
		    1000) >= 0;
	}
	is_int(worse, 10, "four times the errors are rolled back");
	is_int(same, 10, "a canary with the same errors is promoted");
	is_int(ab, 10, "half of the errors win an A/B test");
	ok(ab_same <= 3, "the same errors do not win it");
}

static void
test_waits(void)
{
	const char *policy = "kind: canary\nsteps: [20, 50]\nmin_rows: 50\n"
	    "wait: 60\n";
	struct rollout_verdict v;
	struct simulated s;

	if (!ok(simulate_begin(&s, policy, 5) == 0, "the policy is read"))
		return;
	rollout_judge(&v, &s.state, &s.tally, 0, NULL);
	ok(v.next == NEXT_WAIT && strstr(v.why, "nothing is logged"),
	    "without a request: %s", v.why);
	rollout_verdict_release(&v);
	for (int i = 0; i < 100; i++)
		simulate_request(&s, 0, 0);
	rollout_judge(&v, &s.state, &s.tally, 0, NULL);
	ok(v.next == NEXT_WAIT && strstr(v.why, "of 50 units of either"),
	    "with few units: %s", v.why);
	rollout_verdict_release(&v);
	for (int i = 0; i < 400; i++)
		simulate_request(&s, 0, 0);
	rollout_judge(&v, &s.state, &s.tally, 59500000, NULL);
	ok(v.next == NEXT_WAIT && strstr(v.why, "59 of 60 seconds"),
	    "before its time: %s", v.why);
	rollout_verdict_release(&v);
	rollout_judge(&v, &s.state, &s.tally, 60000000, NULL);
	ok(v.next == NEXT_STEP && v.word == WORD_INCONCLUSIVE &&
	    strstr(v.why, "50 % is next"), "then: %s", v.why);
	rollout_verdict_release(&v);
	rollout_judge(&v, &s.state, &s.tally, 60000000, "it is void");
	ok(v.next == NEXT_ROLLBACK && v.word == WORD_ROLLBACK,
	    "what is void is rolled back");
	rollout_verdict_release(&v);
	simulate_end(&s);
}

static void
test_gives_up(void)
{
	const char *policy = "kind: ab\nmin_rows: 10\nmax_rows: 100\n"
	    "wait: 0\n";
	struct rollout_verdict v;
	struct simulated s;

	if (!ok(simulate_begin(&s, policy, 5) == 0, "the policy is read"))
		return;
	for (int i = 0; i < 300; i++)
		simulate_request(&s, 0.1, 0.1);
	rollout_judge(&v, &s.state, &s.tally, 0, NULL);
	ok(v.word == WORD_INCONCLUSIVE && v.next == NEXT_ROLLBACK,
	    "what cannot be shown is given up: %s", v.why);
	rollout_verdict_release(&v);
	simulate_end(&s);
}

static void
test_split(void)
{
	const char *policy = "kind: canary\nsteps: [50]\nmin_rows: 1\n";
	struct rollout_verdict v;
	struct simulated s;

	if (!ok(simulate_begin(&s, policy, 5) == 0, "the policy is read"))
		return;
	s.share = 30;
	s.told = 50;
	for (int i = 0; i < 300; i++)
		simulate_request(&s, 0, 0);
	rollout_judge(&v, &s.state, &s.tally, 0, NULL);
	ok(v.word == WORD_ROLLBACK && strstr(v.why, "the split"),
	    "units that are not shared out as they should be: %s", v.why);
	rollout_verdict_release(&v);
	simulate_end(&s);
}

static void
test_bandit(void)
{
	struct seq_difference d;

	seq_difference_init(&d, 0);
	is_near(bandit_share(&d, 5), 50, 0.5, "nothing known: half");
	for (int i = 0; i < 200; i++)
		seq_difference_add(&d, 0.5, i & 1, i % 10 == 0);
	ok(bandit_share(&d, 5) > 94.9, "the other arm errs: all but the "
	    "floor");
	is_near(bandit_share(&d, 1), bandit_share(&d, 1), 0, "the same state "
	    "has the same share");
	seq_difference_init(&d, 0);
	for (int i = 0; i < 200; i++)
		seq_difference_add(&d, 0.5, i & 1, i % 10 == 1);
	is_near(bandit_share(&d, 5), 5, 0.1, "this arm errs: the floor");
	seq_difference_init(&d, 0);
	for (int i = 0; i < 2000000; i++)
		seq_difference_add(&d, 0.5, i & 1, i % 5 == 0);
	is_near(bandit_share(&d, 5), 50, 5, "two millions that are equal: "
	    "about half");
}

int
main(void)
{
	test_waits();
	test_gives_up();
	test_split();
	test_bandit();
	test_power();
	test_null();
	return tap_done();
}
