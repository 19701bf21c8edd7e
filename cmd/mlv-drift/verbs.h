/*
 * verbs.h - the verbs of mlv-drift, one file each.
 */
#ifndef MLV_DRIFT_VERBS_H
#define MLV_DRIFT_VERBS_H

struct verb;

extern const struct verb verb_alert, verb_calibrate, verb_compare,
    verb_multivariate, verb_perf, verb_report, verb_watch;

#endif
