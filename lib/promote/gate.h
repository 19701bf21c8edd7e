/*
 * promote/gate.h - a policy judged against the evidence recorded for a
 * version of a model.
 */
#ifndef PROMOTE_GATE_H
#define PROMOTE_GATE_H

#include <stdint.h>

#include "catalog/catalog.h"
#include "catalog/manifest.h"
#include "catalog/resolve.h"
#include "promote/policy.h"

/* Evidence that is missing does not hold; a rule is skipped where a champion
 * that does not exist yet is all it lacks. */
enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_MISSING, VERDICT_SKIPPED };
const char *verdict_text(enum verdict v);

struct gate_result {
	const struct policy_rule *rule;
	enum verdict verdict;
	const char *values;	/* "test.auc=0.84 champion.test.auc=0.83" */
	const char *why;	/* what is missing, or "" */
};

struct gate {
	struct arena arena;
	struct gate_result *result;	/* one a rule */
	size_t n;
	size_t failed;			/* fail or missing */
	size_t skipped;
	uint32_t champion;		/* version compared with; 0: none */
	/* what it rests on: the versions' manifests (rel "candidate",
	 * "champion") and the evaluations that were looked at ("evidence") */
	struct link *basis;
	size_t n_basis;
};

/* Judge version `item` of a model.  Returns 0 also when rules fail. */
int gate_judge(struct gate *g, struct catalog *c,
    const struct catalog_item *item, const struct policy *p, struct err *e);
void gate_release(struct gate *g);
/*
 * Keep a judgment as a report about a verdict (mlv-manifests(5)): the policy's
 * bytes, what each rule saw, and links to all that it rests on.  *id is the
 * report's.
 */
int gate_record(struct oid *id, struct catalog *c, const struct gate *g,
    const struct policy *p, struct err *e);
/* The first rule that does not hold as an ERR_NO message; returns -1. */
int gate_refuse(const struct gate *g, const char *label, struct err *e);

#endif
