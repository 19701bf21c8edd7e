/*
 * flow/rollout/internal.h - what the files of lib/flow/rollout share.
 */
#ifndef FLOW_ROLLOUT_INTERNAL_H
#define FLOW_ROLLOUT_INTERNAL_H

#include "flow/rollout/rollout.h"

/* A table of what became of units, by its key. */
struct labels;
int labels_open(struct labels **out, struct catalog *c,
    const struct rollout_labels *o, struct err *e);
void labels_close(struct labels *l);
void labels_use(struct tally_labels *out, struct labels *l);
/* ERR_NOENT: there is no such column; NULL is the only other one. */
int labels_check(const struct labels *l, const char *column, struct err *e);

/* What its alias means; 0: it is not set. */
int rollout_alias_version(uint32_t *version, struct catalog *c,
    const struct rollout_state *s, struct err *e);

/* An event of a rollout, kept as the next version of report:rollout-NAME;
 * `view` is what was known, or NULL.  The report's label goes to s->report. */
int record_event(struct rollout_state *s, struct catalog *c,
    const char *event, const struct rollout_view *view, struct err *e);
/* The event, then the state.  ERR_UNPROVEN: both are there, but one of them
 * may not last; of any other error the state is the one before. */
int record_and_write(struct rollout_state *s, struct catalog *c,
    const char *event, const struct rollout_view *view, struct err *e);

#endif
