/*
 * rollout/policy.h - how a candidate may take over, as a file
 * (mlv-rollout(5)): the kind of rollout, its steps, what must not happen,
 * and what must be shown.
 *
 *	kind: canary			# or ab, shadow, bandit
 *	steps: [10, 50]			# per cent of the units
 *	guards:
 *	  - {metric: errors, max: 0.02}
 *	  - {metric: latency, over: 50, ratio: 1.5}
 *	goal: {metric: mistakes, target: Churn, margin: 0.01}
 *
 * A policy that could never be met is refused when it is read.
 */
#ifndef ROLLOUT_POLICY_H
#define ROLLOUT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum rollout_kind {
	ROLLOUT_CANARY,		/* no worse is enough to take over */
	ROLLOUT_AB,		/* it must be better */
	ROLLOUT_SHADOW,		/* it answers beside, and nobody gets that */
	ROLLOUT_BANDIT,		/* the share follows the goal */
	ROLLOUT_KINDS
};
const char *rollout_kind_text(enum rollout_kind k);

/* What is measured of a unit: its first request, or row. */
enum rollout_metric {
	METRIC_ERRORS,		/* it was not answered */
	METRIC_LATENCY,		/* it took longer than `over` */
	METRIC_SHIFT,		/* which class, or bin, was answered */
	METRIC_MISTAKES,	/* the answer is not what came true */
	METRIC_VALUE,		/* a number that came later, or with it */
	METRIC_FLIPS,		/* shadow: answered otherwise */
	ROLLOUT_METRICS
};

struct rollout_measure {
	enum rollout_metric metric;
	const char *name;	/* "latency>50ms", for people */
	double over;		/* latency: milliseconds */
	const char *output;	/* shift, mistakes, flips: which answer */
	const double *edge;	/* shift: bins of a number */
	size_t n_edges;
	const char *column;	/* mistakes, value: of the labels */
	double tolerance;	/* mistakes, flips: of numbers */
	double low, high;	/* value: what it can be */
	bool high_is_worse;	/* value */
};

/* What a guard's bound is of. */
enum rollout_limit {
	LIMIT_MAX,		/* the candidate's rate */
	LIMIT_RATIO,		/* it, as a multiple of the champion's */
	LIMIT_MARGIN		/* it, less the champion's (value) */
};

struct rollout_guard {
	struct rollout_measure measure;
	enum rollout_limit limit;
	double bound;
};

#define ROLLOUT_STEPS_MAX 100
#define ROLLOUT_GUARDS_MAX 9

struct rollout_policy {
	struct arena arena;
	enum rollout_kind kind;
	double *step;		/* per cent, increasing; none of a shadow */
	size_t n_steps;
	struct rollout_guard *guard;
	size_t n_guards;
	struct rollout_measure goal;
	double margin;		/* how much worse is as good */
	double alpha;
	int64_t min_rows;	/* units of each, a step */
	int64_t max_rows;	/* units of each; then it is given up */
	int64_t wait_s;		/* a step lasts so long at least */
	double floor;		/* bandit: per cent for each at least */
	const char *alias;	/* that moves in the end */
	const char *gate;	/* path of a policy of mlv-policy(5), or NULL */
	const char *source;	/* the policy's bytes */
	size_t n_source;
};

/* ERR_FORMAT and ERR_USAGE name the line. */
int rollout_policy_parse(struct rollout_policy *p, const char *s, size_t n,
    struct err *e);
void rollout_policy_release(struct rollout_policy *p);
/* Does it need labels that come later? */
bool rollout_policy_needs_labels(const struct rollout_policy *p);

#endif
