/*
 * promote/policy.h - what must hold before an alias moves (mlv-policy(5)).
 *
 * A policy is YAML: a list of rules, each an expression of lib/expr over
 * the evidence recorded for a model version:
 *
 *	champion: champion		# the alias to compare with
 *	positive: Yes			# else the model's own positive class
 *	threshold: 0.3			# else 0.5
 *	rules:
 *	  - test.auc >= 0.83
 *	  - name: not worse than the champion
 *	    expr: test.auc - champion.test.auc > -0.005
 *
 * Names: LABEL.METRIC is a metric of the newest evaluation with that label
 * (LABEL.METRIC.low and .high its interval); a METRIC without label is the
 * test evaluation's; without an evaluation either is what the run recorded
 * under that name.  LABEL.rows, LABEL.data and LABEL.data_id say on how many
 * rows of what that evaluation rests.  params.NAME is a parameter; size is
 * the model's bytes.
 * champion.X is X of the champion; it counts only when both were evaluated
 * on the same data, or neither was.  A rule is skipped when a champion that
 * does not exist yet is all it lacks.
 *
 * The gate never evaluates a model: it looks at what was recorded, and a
 * rule whose evidence is missing does not hold.  An evaluation of another
 * positive class, at another threshold or with other weights than the policy
 * means is no evidence (evaluation_counts).
 */
#ifndef PROMOTE_POLICY_H
#define PROMOTE_POLICY_H

#include <stdbool.h>

#include "base/arena.h"
#include "evidence/evaluation.h"
#include "store/oid.h"
#include "expr/expr.h"

struct policy_rule {
	const char *name;
	const char *text;
	const struct expr *expr;
};

struct policy {
	struct arena arena;
	struct policy_rule *rule;
	size_t n;
	const char *champion;
	struct evaluation_wanted wanted;	/* but for the label */
	const char *source;	/* the policy's bytes */
	size_t n_source;
	struct oid id;		/* of the policy's bytes */
};

/* ERR_FORMAT and ERR_USAGE name the line. */
int policy_parse(struct policy *p, const char *s, size_t n, struct err *e);
/* The same of a file. */
int policy_load(struct policy *p, const char *path, struct err *e);
void policy_release(struct policy *p);

#endif
