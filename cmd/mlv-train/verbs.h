/*
 * verbs.h - the verbs of mlv-train, one file each.
 */
#ifndef MLV_TRAIN_VERBS_H
#define MLV_TRAIN_VERBS_H

struct verb;

extern const struct verb verb_fit;
extern const struct verb verb_eval;
extern const struct verb verb_run;
extern const struct verb verb_log;
extern const struct verb verb_runs;
extern const struct verb verb_show;
extern const struct verb verb_compare;

#endif
