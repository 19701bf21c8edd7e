/* A rollout's policy: what it leaves out, and its state as a file. */
#include "rollout/policy.h"

#include "../tap.h"
#include "rollout/state.h"

static int
parse(struct rollout_policy *p, const char *s, struct err *e)
{
	return rollout_policy_parse(p, s, strlen(s), e);
}

static void
test_defaults(void)
{
	struct rollout_policy p;
	struct err e = ERR_INIT;

	if (!ok(parse(&p, "kind: canary\n", &e) == 0, "a kind is enough"))
		return;
	ok(p.n_steps == 3 && p.step[0] == 5 && p.step[2] == 50, "5, 25, 50");
	ok(p.goal.metric == METRIC_ERRORS && p.margin == 0.01, "no more "
	    "errors, but for a hundredth");
	ok(p.alpha == 0.05 && p.min_rows == 100 && p.wait_s == 60 &&
	    p.max_rows == 1000000, "alpha, rows and wait");
	is_text(p.alias, "champion", "the alias");
	ok(p.n_guards == 0 && p.gate == NULL, "no guards, no gate");
	ok(!rollout_policy_needs_labels(&p), "no labels");
	rollout_policy_release(&p);
	ok(parse(&p, "kind: ab\n", &e) == 0 && p.margin == 0 && p.n_steps ==
	    1 && p.step[0] == 50, "A/B: half, and better");
	rollout_policy_release(&p);
	ok(parse(&p, "kind: shadow\n", &e) == 0 && p.n_steps == 0 &&
	    p.goal.metric == METRIC_FLIPS && p.margin == 0.05, "a shadow: one "
	    "row of twenty may flip");
	rollout_policy_release(&p);
	ok(parse(&p, "kind: bandit\ngoal: {metric: value, column: v, low: -5, "
	    "high: 5}\n", &e) == 0 && p.margin == 0.1 && p.floor == 5,
	    "a bandit: a hundredth of the range");
	ok(rollout_policy_needs_labels(&p), "a value comes later");
	rollout_policy_release(&p);
}

static void
test_guards(void)
{
	struct rollout_policy p;
	struct err e = ERR_INIT;

	if (!ok(parse(&p, "kind: canary\nguards:\n"
	    "  - {metric: errors, max: 0.02}\n"
	    "  - {metric: errors}\n"
	    "  - {metric: latency, over: 50, ratio: 2}\n"
	    "  - {metric: shift}\n"
	    "  - {metric: value, column: v, low: 0, high: 1, better: low}\n",
	    &e) == 0, "guards of all kinds: %s", e.msg))
		return;
	ok(p.guard[0].limit == LIMIT_MAX && p.guard[0].bound == 0.02, "max");
	ok(p.guard[1].limit == LIMIT_RATIO && p.guard[1].bound == 1,
	    "without a limit: not more than the champion");
	is_text(p.guard[2].measure.name, "latency>50ms", "named for people");
	ok(p.guard[3].bound == 1.25, "a shift of a quarter");
	ok(p.guard[4].limit == LIMIT_MARGIN && p.guard[4].bound == 0 &&
	    p.guard[4].measure.high_is_worse, "a value not worse");
	rollout_policy_release(&p);
}

/* Each is refused, and what was read until then is freed. */
static void
test_refused(void)
{
	static const char *const bad[] = {
		"", "[]", "kind: 5\n", "steps: [10]\n", "kind: canary\nkind: ab\n",
		"kind: canary\nsteps: []\n", "kind: canary\nsteps: [10, ten]\n",
		"kind: canary\nsteps: 10\n", "kind: ab\nsteps: [10, 20]\n",
		"kind: canary\nguards: errors\n", "kind: canary\nguards: [errors]\n",
		"kind: canary\nguards: [{max: 0.1}]\n",
		"kind: canary\nguards: [{metric: errors, max: -1}]\n",
		"kind: canary\nguards: [{metric: errors, ratio: 0.5}]\n",
		"kind: canary\nguards: [{metric: errors, margin: 0.1}]\n",
		"kind: canary\nguards: [{metric: shift, edges: [1, 1]}]\n",
		"kind: canary\ngoal: {metric: errors, max: 0.1}\n",
		"kind: canary\ngoal: {metric: errors, margin: 1}\n",
		"kind: canary\ngoal: {metric: value, column: v, low: 1, high: 1}\n",
		"kind: canary\nwait: -1\n", "kind: canary\nwait: 1.5\n",
		"kind: canary\nmin_rows: 5000000000\n", "kind: canary\nfloor: 5\n",
		"kind: canary\nalias: '1'\n", "kind: canary\ngate: ''\n",
		"kind: shadow\nguards: [{metric: errors, ratio: 1}]\n",
		"kind: shadow\nguards: [{metric: shift}]\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct rollout_policy p;
		struct err e = ERR_INIT;

		ok(parse(&p, bad[i], &e) < 0 && e.msg[0], "refused: %s",
		    e.msg);
		ok(p.arena.block == NULL, "and released");
	}
}

static void
test_state(void)
{
	static const char *const bad[] = {
		"", "{}", "{\"schema\":\"mlv.rollout/1\"}",
		"{\"schema\":\"mlv.rollout/2\",\"name\":\"m\"}",
	};
	struct rollout_state s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err e = ERR_INIT;

		ok(rollout_state_parse(&s, bad[i], strlen(bad[i]), &e) < 0 &&
		    strstr(e.msg, "no state of a rollout"), "no state: %s",
		    bad[i]);
	}
}

int
main(void)
{
	test_defaults();
	test_guards();
	test_refused();
	test_state();
	return tap_done();
}
