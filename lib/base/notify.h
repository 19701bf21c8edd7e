/*
 * base/notify.h - telling whoever supervises this process how it fares, as
 * systemd wants it: datagrams to the socket of NOTIFY_SOCKET.  Without one
 * all of this does nothing.
 */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdint.h>

struct notifier {
	int fd;				/* -1: nobody wants to know */
	int64_t watchdog_us;		/* 0: none; else tell more often */
};

/*
 * What the environment says, or NULL: NOTIFY_SOCKET, WATCHDOG_USEC and
 * WATCHDOG_PID.  Connects at once, so that it can tell when it may open nothing
 * any more; a socket that cannot be reached is none.
 */
void notifier_open(struct notifier *n, const char *name, const char *watchdog,
    const char *watchdog_pid);
void notifier_close(struct notifier *n);
/* "READY=1", lines of NAME=value. */
void notifier_tell(struct notifier *n, const char *state);
/* That it reads its configuration again, until the next READY=1. */
void notifier_tell_reload(struct notifier *n);

#endif
