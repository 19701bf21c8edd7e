/*
 * base/descendants.h - the processes that a command of ours started, told
 * to end.
 *
 * They stay in our process group, so that Ctrl-C and job control of a
 * terminal are as without us; a signal for us alone must reach them by their
 * parents.  Where /proc cannot be read none are found.
 */
#ifndef BASE_DESCENDANTS_H
#define BASE_DESCENDANTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct descendant {
	pid_t pid;
	uint64_t start;		/* a pid may be another's later */
};
struct descendants {		/* those told so far; {0} to begin */
	struct descendant *told;
	size_t n;
};

/* From now on a process whose parent ended, and that we started, is our
 * child.  Said by whoever will signal descendants. */
void descendants_adopt(void);
/* Reap adopted children that ended, but not `except`. */
void descendants_reap(pid_t except);
/*
 * Send `sig` to those that have not been told, SIGKILL to all: descendants of
 * `root` that live.  What is below one that blocks `sig` is left to that one:
 * it waits for signals as we do, and passes them on.  How many live.
 */
size_t descendants_signal(struct descendants *d, pid_t root, int sig);
void descendants_release(struct descendants *d);

#endif
