/*
 * base/stop.h - being asked to stop, as a descriptor.
 *
 * Between stop_open and stop_close the signals SIGINT, SIGTERM and SIGHUP
 * do not interrupt anything: they make the descriptor readable, to be
 * polled beside others.  Threads started in between inherit that.
 */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <signal.h>
#include <stdbool.h>

#include "base/err.h"

struct stop {
	int fd;
	sigset_t before;
};

int stop_open(struct stop *s, struct err *e);
void stop_close(struct stop *s);
/* The signal that came, or 0 when none did.  Does not wait. */
int stop_signal(struct stop *s);
/* The same; *everyone: it came from a terminal, to all of our process group. */
int stop_signal_from(struct stop *s, bool *everyone);

#endif
