/* Datagrams to a supervisor. */
#define _GNU_SOURCE
#include "base/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"

/* A positive number; 0 where there is none. */
static int64_t
positive(const char *s)
{
	int64_t n;

	return s && num_parse_i64(s, strlen(s), &n) && n > 0 ? n : 0;
}

/* A name that begins with '@' is no path: a NUL stands there. */
static int
connect_to(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = strlen(name);
	int fd;

	if ((*name != '/' && *name != '@') || n >= sizeof(a.sun_path))
		return -1;
	memcpy(a.sun_path, name, n);
	if (*name == '@')
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void
notifier_open(struct notifier *n, const char *name, const char *watchdog,
    const char *watchdog_pid)
{
	int64_t pid = positive(watchdog_pid);

	n->fd = name ? connect_to(name) : -1;
	n->watchdog_us = n->fd >= 0 && (pid == 0 ||
	    pid == (int64_t)getpid()) ? positive(watchdog) : 0;
}

void
notifier_close(struct notifier *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

void
notifier_tell(struct notifier *n, const char *state)
{
	if (n->fd >= 0)
		(void)send(n->fd, state, strlen(state), MSG_NOSIGNAL);
}

void
notifier_tell_reload(struct notifier *n)
{
	char state[80];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_mono_us());
	notifier_tell(n, state);
}
