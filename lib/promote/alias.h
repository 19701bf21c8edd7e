/*
 * promote/alias.h - labels on the versions of a model: moved when a gate
 * holds, moved back.
 */
#ifndef PROMOTE_ALIAS_H
#define PROMOTE_ALIAS_H

#include <stdint.h>

#include "catalog/catalog.h"
#include "catalog/name.h"
#include "promote/gate.h"

struct alias_move {
	const struct name *name;	/* model:churn@champion: both parts */
	uint32_t version;		/* to mean; 0: drop the alias */
	uint32_t expect;		/* the version it must mean now, 0 none,
					 * or REF_ANY */
	const struct policy *policy;	/* whose gate must hold, or NULL */
	const char *note;		/* for the audit log, or NULL */
	bool allow_contract_change;	/* other inputs or outputs are fine */
};

struct alias_moved {
	uint32_t now, was;		/* versions; 0: none */
	struct gate gate;		/* the judgment, for the record: nothing
					 * without a policy */
};

/*
 * Let an alias mean a version.  ERR_NO names what differs when that has
 * another contract (model/contract.h) than the version it means now, or meant
 * when it was dropped, unless that is allowed.  With a policy its gate is judged then, against the
 * evidence and champion of that moment; the verdict is kept, and ERR_NO when
 * it does not hold.  A
 * champion or an alias that moves meanwhile is ERR_MOVED.  out->gate is freed
 * by the caller, after a failure too.
 */
int alias_move(struct alias_moved *out, struct catalog *c,
    const struct alias_move *m, struct err *e);

/* Back to the version the alias meant before the present one; repeated,
 * further back.  Of *m name, note and allow_contract_change count.  ERR_NO
 * when there is no earlier one, or it has another contract.  No gate is
 * judged. */
int alias_rollback(struct alias_moved *out, struct catalog *c,
    const struct alias_move *m, struct err *e);

#endif
