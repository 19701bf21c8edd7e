/*
 * search/ask.h - making a study, and asking it what to try next.
 */
#ifndef SEARCH_ASK_H
#define SEARCH_ASK_H

#include "search/setup.h"
#include "search/study/study.h"

/* May there be such a study?  Asked before its journal is there. */
int study_setup_check(const struct study_setup *setup, size_t n_objectives,
    struct err *e);

/* Make it in the journal of *s, or find that it is there and the same;
 * ERR_EXISTS when what is there was set up otherwise.  A study that Optuna
 * made is told its setup. */
int study_make(bool *made, struct study *s, const struct study_setup *setup,
    const bool *maximize, size_t n_objectives, struct err *e);

struct ask_request {
	double lease_s;			/* how long it may be silent; 0: as the
					 * study says */
	bool hold;			/* this process works on it */
};

struct asked {
	int64_t number;
	bool again;			/* its last worker died */
	bool held;			/* until the journal is closed; false where
					 * the file system has no locks: then only
					 * its lease tells that it is lost */
};

/*
 * The next trial, in this order: one whose worker has died or was silent for
 * longer than its lease, with the values it had; one that Optuna was told to
 * do first; a new one.  A trial that has lost ASK_ATTEMPTS workers is told as
 * failed instead.  ERR_NO when everything has been tried.
 *
 * Its values are those of study_value afterwards.
 */
#define ASK_ATTEMPTS 3
int study_ask(struct asked *out, struct study *s,
    const struct study_setup *setup, const struct ask_request *rq,
    struct err *e);
/*
 * The trial of that number, which was asked before or waits: it is now this
 * process that works on it.  ERR_BUSY while another one does, of this machine,
 * or of another that was heard of within its lease, unless `over` says that it
 * is known to be dead; ERR_NO when the trial has ended.
 */
int study_take(struct asked *out, struct study *s,
    const struct study_setup *setup, int64_t number, bool over,
    const struct ask_request *rq, struct err *e);

#endif
