/*
 * verbs.h - the verbs of mlv-registry, one file each, and what they share.
 */
#ifndef MLV_REGISTRY_VERBS_H
#define MLV_REGISTRY_VERBS_H

#include "catalog/name.h"
#include "catalog/resolve.h"
#include "cli/cli.h"
#include "promote/alias.h"

extern const struct verb verb_add;
extern const struct verb verb_ls;
extern const struct verb verb_show;
extern const struct verb verb_set;
extern const struct verb verb_gate;
extern const struct verb verb_rollback;
extern const struct verb verb_log;
extern const struct verb verb_verify;
extern const struct verb verb_export_mlmodel;

/* "churn", "churn@2", "churn@champion", with or without "model:" in front.
 * ERR_USAGE for another kind; freed by name_free. */
int model_name(struct name *n, struct cli *c, const char *text, struct err *e);
/* The same, resolved to a version. */
int model_item(struct catalog_item *item, struct cli *c,
    struct catalog *catalog, const char *text, struct err *e);
/* A policy from a file. */
/* What an alias means now and meant before: the move is committed. */
void print_move(struct cli *c, const struct name *alias,
    const struct alias_moved *moved);
/* One record a rule. */
/* `kept`: the id of the stored verdict, or none. */
void print_gate(struct cli *c, const char *label, const struct gate *g,
    const struct oid *kept);

#endif
