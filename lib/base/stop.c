/* Signals that ask to stop, as a descriptor. */
#define _GNU_SOURCE
#include "base/stop.h"

#include <sys/signalfd.h>
#include <unistd.h>

int
stop_open(struct stop *s, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &s->before);
	s->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->fd < 0) {
		sigprocmask(SIG_SETMASK, &s->before, NULL);
		return err_sys(e, "cannot watch for signals");
	}
	return 0;
}

void
stop_close(struct stop *s)
{
	if (s->fd < 0)
		return;
	close(s->fd);
	s->fd = -1;
	sigprocmask(SIG_SETMASK, &s->before, NULL);
}

int
stop_signal_from(struct stop *s, bool *everyone)
{
	struct signalfd_siginfo info;

	*everyone = false;
	if (s->fd < 0 || read(s->fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	*everyone = info.ssi_code == SI_KERNEL;
	return (int)info.ssi_signo;
}

int
stop_signal(struct stop *s)
{
	bool ignored;

	return stop_signal_from(s, &ignored);
}
