/*
 * rollout/verdict.h - what is to become of a candidate, and why: guards, the
 * goal and the split itself, each judged by a test that may be looked at as
 * often as one likes.
 *
 * All alarms together, the guards, the goal's loss and the split's, cry
 * without a reason in at most alpha of the rollouts: each has its part of it.
 * A candidate that is worse than the goal's margin is promoted in at most
 * alpha of them.
 */
#ifndef ROLLOUT_VERDICT_H
#define ROLLOUT_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "rollout/policy.h"
#include "rollout/state.h"
#include "rollout/tally.h"

enum rollout_word { WORD_PROMOTE, WORD_ROLLBACK, WORD_INCONCLUSIVE };
const char *rollout_word_text(enum rollout_word w);

/* What a step does about it now. */
enum rollout_next { NEXT_WAIT, NEXT_STEP, NEXT_PROMOTE, NEXT_ROLLBACK };
const char *rollout_next_text(enum rollout_next n);

enum finding_role {
	ROLE_GUARD,		/* a guard: fired means rollback */
	ROLE_LOSS,		/* the goal is missed: likewise */
	ROLE_SPLIT,		/* units are not shared out as they should be */
	ROLE_GOAL		/* the goal is met: shown */
};
const char *finding_role_text(enum finding_role r);

struct rollout_finding {
	enum finding_role role;
	const char *measure;		/* "latency>50ms"; "units" */
	const char *limit;		/* "max 0.02" */
	double champion, candidate;	/* rates or means; NAN: not known */
	uint64_t n_champion, n_candidate;	/* units they are of */
	double evidence, needed;	/* logarithms of e-values */
	bool holds;			/* evidence >= needed */
};

struct rollout_verdict {
	struct arena arena;
	enum rollout_word word;
	enum rollout_next next;
	const char *why;
	struct rollout_finding *finding;
	size_t n;
};

/* `now_us`: the wall clock; `broken`: why nothing can be compared any more,
 * or NULL. */
void rollout_judge(struct rollout_verdict *v, const struct rollout_state *s,
    const struct tally *t, int64_t now_us, const char *broken);
void rollout_verdict_release(struct rollout_verdict *v);

/*
 * Thompson sampling of two arms: the chance that the candidate's mean of what
 * is good is the higher one, in per cent, kept `floor` away from 0 and 100.
 * The chance is computed, not drawn, so the same state has the same share.
 */
double bandit_share(const struct seq_difference *bad, double floor);

#endif
