/*
 * search/study/write.h - the operations mlv appends to a journal, one line
 * each, as Optuna writes them.  Private to lib/search.
 */
#ifndef SEARCH_WRITE_H
#define SEARCH_WRITE_H

#include "search/study/internal.h"
#include "search/space.h"
#include "search/study/study.h"

struct lease {
	double s;			/* 0: without end */
	bool held;			/* by this process: its boot is named */
	unsigned attempt;
};

void write_study(struct buf *out, const char *name, const bool *maximize,
    size_t n_objectives);
void write_setup(struct buf *out, int64_t study, const struct json *setup);
/* A running trial with the values of x (space n), NAN left out. */
void write_trial(struct buf *out, int64_t study, const struct space *space,
    const double *x, const struct lease *lease);
/* One that waits to be asked, with values (a map) it must have. */
void write_waiting(struct buf *out, int64_t study, const struct json *fixed);
void write_param(struct buf *out, int64_t trial, const struct space_param *p,
    double v);
/* n values; none for n 0. */
void write_state(struct buf *out, int64_t trial, enum trial_state state,
    const double *value, size_t n);
void write_step(struct buf *out, int64_t trial, int64_t step, double value);
void write_lease(struct buf *out, int64_t trial, const struct lease *lease);
void write_text_attr(struct buf *out, int64_t trial, const char *key,
    const char *value);
void write_number_attr(struct buf *out, int64_t trial, const char *key,
    double value);

#endif
