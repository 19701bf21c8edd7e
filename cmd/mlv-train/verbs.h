/*
 * verbs.h - the verbs of mlv-train, one file each.
 */
#ifndef MLV_TRAIN_VERBS_H
#define MLV_TRAIN_VERBS_H

struct verb;

extern const struct verb verb_fit;
extern const struct verb verb_eval;
extern const struct verb verb_run;
extern const struct verb verb_repro;
extern const struct verb verb_graph;
extern const struct verb verb_log;
extern const struct verb verb_runs;
extern const struct verb verb_show;
extern const struct verb verb_compare;
extern const struct verb verb_tag;
extern const struct verb verb_attach;
extern const struct verb verb_archive;
extern const struct verb verb_restore;
extern const struct verb verb_search_new;
extern const struct verb verb_search_ask;
extern const struct verb verb_search_report;
extern const struct verb verb_search_tell;
extern const struct verb verb_search_best;
extern const struct verb verb_search_show;
extern const struct verb verb_search_ls;
extern const struct verb verb_search_add;
extern const struct verb verb_search_importance;
extern const struct verb verb_search_run;
extern const struct verb verb_import_mlruns;
extern const struct verb verb_import_tensorboard;

#endif
