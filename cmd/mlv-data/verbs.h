/*
 * verbs.h - the verbs of mlv-data, one file each.
 */
#ifndef MLV_DATA_VERBS_H
#define MLV_DATA_VERBS_H

#include <stdbool.h>

#include "base/err.h"
#include "catalog/name.h"

struct cli;
struct verb;

extern const struct verb verb_init;
extern const struct verb verb_add;
extern const struct verb verb_ls;
extern const struct verb verb_status;
extern const struct verb verb_diff;
extern const struct verb verb_checkout;
extern const struct verb verb_tag;
extern const struct verb verb_show;
extern const struct verb verb_cat;
extern const struct verb verb_log;
extern const struct verb verb_lineage;
extern const struct verb verb_schema;
extern const struct verb verb_schema_import;
extern const struct verb verb_check;
extern const struct verb verb_profile;
extern const struct verb verb_split;
extern const struct verb verb_feature_join;
extern const struct verb verb_feature_load;
extern const struct verb verb_feature_get;
extern const struct verb verb_feature_audit;
extern const struct verb verb_rm;
extern const struct verb verb_gc;
extern const struct verb verb_convert;
extern const struct verb verb_remote_add;
extern const struct verb verb_remote_ls;
extern const struct verb verb_remote_rm;
extern const struct verb verb_remote_default;
extern const struct verb verb_remote_serve;
extern const struct verb verb_push;
extern const struct verb verb_fetch;
extern const struct verb verb_pull;
extern const struct verb verb_clone;
extern const struct verb verb_fsck;
extern const struct verb verb_import_dvc;
extern const struct verb verb_import_lfs;
extern const struct verb verb_hook_install;
extern const struct verb verb_hook_uninstall;
extern const struct verb verb_hook_status;
extern const struct verb verb_hook_run;
extern const struct verb verb_hook_merge;

/* ls of what is no data (ls_kind.c): all of a kind, or one name.  *status
 * stays, unless one could not be listed. */
bool is_listed_kind(enum name_kind kind);
int list_kind(int *status, struct cli *c, const char *kind, bool all,
    struct err *e);
int list_kind_name(int *status, struct cli *c, const struct name *n, bool all,
    struct err *e);

#endif
