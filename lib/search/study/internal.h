/*
 * search/study/internal.h - how reading a journal (replay.c) and its index
 * (index.c) fill a study; nobody else's but lib/search's.
 */
#ifndef SEARCH_INTERNAL_H
#define SEARCH_INTERNAL_H

#include "search/study/study.h"

/* Optuna's operations. */
enum study_op {
	OP_CREATE_STUDY, OP_DELETE_STUDY, OP_SET_STUDY_USER_ATTR,
	OP_SET_STUDY_SYSTEM_ATTR, OP_CREATE_TRIAL, OP_SET_TRIAL_PARAM,
	OP_SET_TRIAL_STATE_VALUES, OP_SET_TRIAL_INTERMEDIATE_VALUE,
	OP_SET_TRIAL_USER_ATTR, OP_SET_TRIAL_SYSTEM_ATTR, OP_DISCARD_TRIALS
};

/* Our system attributes; Optuna's are "constraints", "completed_rung_K" and
 * "fixed_params". */
#define ATTR_SETUP "mlv:study"
#define ATTR_LEASE "mlv:lease"
#define ATTR_RUN "mlv:run"

/* Apply whole lines; *used counts those that were. */
int replay_lines(struct study *s, const char *text, size_t n, size_t *used,
    struct err *e);

/* What was read so far, from the index; nothing when it does not fit. */
void index_read(struct study *s);
/* Write it where reading without it has become slow; a failure is no harm. */
void index_write(struct study *s);

/* Everything read is forgotten; name and journal stay. */
void study_forget(struct study *s);
int study_room_trials(struct study *s, size_t want, struct err *e);
int study_room_columns(struct study *s, size_t want, struct err *e);
/* *out NULL: of another study, only counted. */
int study_new_trial(struct trial **out, struct study *s, bool ours,
    struct err *e);
int study_add_column(struct study *s, const char *name, const char *text,
    size_t n, struct err *e);
int study_set_param(struct study *s, size_t number, const char *name,
    const char *text, size_t n, double v, struct err *e);
void study_set_values(struct study *s, struct trial *t, const double *value,
    size_t n);
void study_set_state(struct study *s, struct trial *t, enum trial_state state);
int trial_add_step(struct trial *t, int64_t step, double value,
    struct err *e);
int trial_set_rung(struct trial *t, size_t rung, double value,
    struct err *e);

#endif
