/*
 * simulate.h - a rollout of made-up requests: units come one by one, each with
 * a place of its own, and errors at the rates one says.  For unit tests and
 * tools.
 */
#ifndef SIMULATE_H
#define SIMULATE_H

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "rollout/verdict.h"

struct simulated {
	struct rollout_policy policy;
	struct rollout_state state;
	struct tally tally;
	struct rng rng;
	double share;			/* per cent, now */
	double told;			/* ... as it is logged; 0: so */
	bool candidate, failed;		/* of the last request */
};

/* 0, or -1 and a line that says why. */
static int
simulate_begin(struct simulated *s, const char *policy, uint64_t seed)
{
	struct err e = ERR_INIT;

	memset(s, 0, sizeof(*s));
	if (rollout_policy_parse(&s->policy, policy, strlen(policy), &e) < 0) {
		printf("# %s\n", e.msg);
		return -1;
	}
	s->share = s->policy.n_steps ? s->policy.step[0] : 0;
	s->state.kind = s->policy.kind;
	s->state.share = s->share;
	s->state.log = "requests";
	s->state.candidate = 2;
	tally_init(&s->tally, &s->policy, NULL);
	rng_seed(&s->rng, seed, 13);
	return 0;
}

static void
simulate_end(struct simulated *s)
{
	tally_release(&s->tally);
	rollout_policy_release(&s->policy);
}

/* The next share of the policy. */
__attribute__((unused)) static void
simulate_step(struct simulated *s)
{
	s->state.step++;
	s->share = s->state.share = s->policy.step[s->state.step];
}

/* One request of another unit. */
static void
simulate_request(struct simulated *s, double champion, double candidate)
{
	uint64_t place = rng_u64(&s->rng);
	struct reqlog_entry entry = { .time = "", .id = "", .unit = "",
	    .version = "", .share = s->told > 0 ? s->told : s->share,
	    .place = place, .micros = 100 };
	struct err e;

	s->candidate = (double)(place % 10000) < s->share * 100;
	s->failed = rng_f64(&s->rng) < (s->candidate ? candidate : champion);
	entry.variant = s->candidate ? "canary" : "stable";
	entry.status = s->failed ? 400 : 200;
	(void)tally_entry(&s->tally, &entry, &e);
}

static enum rollout_word
simulate_judge(const struct simulated *s)
{
	struct rollout_verdict v;
	enum rollout_word word;

	rollout_judge(&v, &s->state, &s->tally, 0, NULL);
	word = v.word;
	rollout_verdict_release(&v);
	return word;
}

#endif
