/*
 * catalog/history.h - what happened to a name: its versions and the moves of
 * its aliases, from the audit log.
 */
#ifndef CATALOG_HISTORY_H
#define CATALOG_HISTORY_H

#include "catalog/catalog.h"
#include "catalog/name.h"
#include "store/audit.h"

struct history_entry {
	const char *label;	/* "model:churn@3", "model:churn@champion" */
	const struct audit_record *record;
};

/* Oldest first; void records are left out.  `base` NULL: every name of the
 * kind.  The whole chain is verified on the way (ERR_CORRUPT); a record that
 * its ref does not bear out is heard of like any other, and the walk is
 * ERR_CORRUPT at its end.  ERR_NOENT when there is no such name. */
int catalog_history(struct catalog *c, enum name_kind kind, const char *base,
    int (*fn)(void *ctx, const struct history_entry *h, struct err *e),
    void *ctx, struct err *e);

#endif
