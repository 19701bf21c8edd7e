/*
 * verbs.h - the verbs of mlv-data, one file each.
 */
#ifndef MLV_DATA_VERBS_H
#define MLV_DATA_VERBS_H

struct verb;

extern const struct verb verb_init;
extern const struct verb verb_add;
extern const struct verb verb_ls;
extern const struct verb verb_status;
extern const struct verb verb_checkout;
extern const struct verb verb_tag;
extern const struct verb verb_show;
extern const struct verb verb_cat;
extern const struct verb verb_log;
extern const struct verb verb_schema;
extern const struct verb verb_check;
extern const struct verb verb_profile;
extern const struct verb verb_split;
extern const struct verb verb_convert;
extern const struct verb verb_fsck;

#endif
