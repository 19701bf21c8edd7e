/*
 * base/child.h - another program: started with an argument list, never
 * through a shell, and waited for.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct child_usage {
	int64_t cpu_us;			/* user + system, descendants included */
	int64_t max_rss_bytes;		/* peak of the largest process */
};

/* Start argv[0] from PATH.  in/out/err: descriptors to become 0/1/2, or -1
 * to inherit ours.  ERR_NOENT when there is no such program. */
int child_start(pid_t *pid, const char *const *argv, int in, int out, int err,
    struct err *e);
/* The same with more said: descriptor `keep` (or -1) stays open in the child
 * under its number, and `env` ("NAME=value", NULL-ended, may be NULL) is
 * added to our environment. */
struct child_setup {
	int in, out, err;
	int keep;
	const char *const *env;
};
int child_start_with(pid_t *pid, const char *const *argv,
    const struct child_setup *how, struct err *e);
/* This program once more: `work` is called in a copy of this process, which
 * ends with what it returns.  Only while there is one thread. */
int child_fork(pid_t *pid, int (*work)(void *ctx), void *ctx, struct err *e);
/* A descriptor that becomes readable when it ends, to be closed; -1 where
 * the kernel has none. */
int child_end_fd(pid_t pid);
/* Has it ended?  1 and *status, *use as child_wait; 0 not yet; -1. */
int child_poll(pid_t pid, int *status, struct child_usage *use, struct err *e);
/* Wait: *status is the exit status, or 128 + the signal. */
int child_wait(pid_t pid, int *status, struct child_usage *use, struct err *e);
/* Run to the end and collect standard output; standard error is dropped.
 * *status as above. */
int child_output(struct buf *out, int *status, const char *const *argv,
    struct err *e);
/* The same, its standard error appended to *said, in no language but the
 * program's own; what is longer than its cap is cut. */
int child_output_both(struct buf *out, struct buf *said, int *status,
    const char *const *argv, struct err *e);

#endif
