/*
 * base/patience.h - work in a thread of its own, waited for only so long.
 *
 * A thread cannot be killed: work that was given up goes on until it ends by
 * itself, and nobody hears what came of it.  So all that it needs is its
 * own, in a job that is dropped by whoever is last.
 */
#ifndef BASE_PATIENCE_H
#define BASE_PATIENCE_H

#include <stdint.h>

#include "base/err.h"

struct patience {
	int64_t wait_ms;		/* <= 0: for ever */
	int cancel_fd;			/* readable: give up; -1: none */
};

/*
 * Run work(job) and wait for its end.  0: it has ended, and the job is the
 * caller's.  -1: the job is not the caller's any more, drop(job) follows
 * when the work ends; ERR_TOOBIG, it took too long; ERR_STOPPED, the
 * descriptor became readable; ERR_NOMEM, it was not begun.
 */
int patience_run(const struct patience *p, void (*work)(void *job),
    void (*drop)(void *job), void *job, struct err *e);

#endif
