/*
 * promote/alias.h - labels on the versions of a model: moved when a gate
 * holds, moved back.
 */
#ifndef PROMOTE_ALIAS_H
#define PROMOTE_ALIAS_H

#include <stdbool.h>
#include <stdint.h>

#include "catalog/catalog.h"
#include "promote/gate.h"

/*
 * Let name@alias mean `version` (0: drop the alias).  With a policy its gate
 * is judged first, against the evidence and champion of that moment; a
 * champion or an alias that moves meanwhile is ERR_MOVED.  `expect`: the
 * version the alias must have now, 0 none, or REF_ANY.  *g (may be NULL) is
 * the gate's judgment, for the record; freed by the caller.
 * ERR_NO when the gate does not hold.
 */
int registry_set(uint32_t *was, struct gate *g, struct catalog *c,
    const char *name, const char *alias, uint32_t version, uint32_t expect,
    const struct policy *p, const char *note, struct err *e);

/* Back to the version it meant before the present one; repeated, further
 * back.  ERR_NO when there is no earlier one. */
int registry_rollback(uint32_t *now, uint32_t *was, struct catalog *c,
    const char *name, const char *alias, const char *note, struct err *e);

#endif
