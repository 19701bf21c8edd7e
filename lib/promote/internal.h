/*
 * promote/internal.h - what the files of lib/promote share: what the names
 * of a policy's rules stand for, of one version of a model and of the
 * champion it is compared with (facts.c); contracts (contract.c).
 */
#ifndef PROMOTE_INTERNAL_H
#define PROMOTE_INTERNAL_H

#include "base/buf.h"
#include "catalog/catalog.h"
#include "catalog/name.h"
#include "evidence/evaluation.h"
#include "expr/expr.h"

/* The newest evaluation under a label, or the knowledge that there is none. */
struct labelled_report {
	struct labelled_report *next;
	const char *label;
	bool found;
	const char *why;		/* there are some, but none counts */
	struct evaluation report;
};

/* One version and what is known of it; reports are read when asked for. */
struct version_facts {
	const struct json *manifest;
	struct oid id;			/* of the manifest */
	struct oid content;
	uint64_t size;
	struct labelled_report *reports;
};

struct fact_finder {
	struct catalog *c;
	struct arena *arena;		/* of the gate; text of values */
	struct version_facts candidate, champion;
	bool has_champion;
	const struct evaluation_wanted *wanted;	/* of evidence */
	/* of the rule at hand, until facts_next_rule */
	struct buf why;			/* what is missing, in words */
	bool missing;
	bool asked_champion;		/* and there is none */
};

void facts_init(struct fact_finder *f, struct catalog *c, struct arena *a,
    const struct evaluation_wanted *w);
void facts_release(struct fact_finder *f);
/* One of the two, by the id of its manifest. */
int facts_read(struct version_facts *v, struct fact_finder *f,
    const struct oid *id, struct err *e);
void facts_next_rule(struct fact_finder *f);
/* The versions and the evaluations that were looked at, as links in the
 * arena. */
int facts_basis(struct link **out, size_t *n, struct fact_finder *f,
    struct err *e);
/* The value of a name as mlv-policy(5) has it; EXPR_MISSING, and a word in
 * f->why, when nothing is recorded. */
int facts_value(struct expr_value *out, struct fact_finder *f,
    const char *name, struct err *e);

/*
 * Does version `to` of a model keep the contract of version `from`?  What
 * differs is appended to `why` (model/contract.h).  A file that is no model
 * our engine loads has no contract: nothing is lost by leaving it, and one
 * that follows a model keeps none.
 */
int check_contract(bool *kept, struct buf *why, struct catalog *c,
    const struct name *model, uint32_t from, uint32_t to, struct err *e);

#endif
