/* A command started, its output copied and kept, waited for. */
#define _GNU_SOURCE
#include "exec/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descendants.h"
#include "base/energy.h"
#include "base/file.h"
#include "base/machine.h"
#include "base/stop.h"

#define LOOK_MS 1000			/* how often to look in any case */
#define LOOK_OFTEN_MS 50		/* where its end does not wake us */
#define SAME_SIGNAL_US 200000
#define REST_US 5000000			/* for what outlives the command */
#define ENERGY_EVERY_US 20000000

struct pipes {
	int out[2], err[2];
};

/* A signal on its way to all that the command started. */
struct ending {
	int sig;		/* 0: none came */
	bool everyone;		/* a terminal sent it to each of them */
	int64_t since_us;
	struct descendants told;
};

void
spawned_init(struct spawned *w)
{
	memset(w, 0, sizeof(*w));
	buf_init(&w->out, SPAWN_KEEP);
	buf_init(&w->err, SPAWN_KEEP);
}

void
spawned_release(struct spawned *w)
{
	buf_free(&w->out);
	buf_free(&w->err);
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int
open_pipes(struct pipes *p, struct err *e)
{
	*p = (struct pipes){ { -1, -1 }, { -1, -1 } };
	if (pipe2(p->out, O_CLOEXEC) < 0 || pipe2(p->err, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make a pipe");
	/* only our ends: the command's must block as it expects */
	fcntl(p->out[0], F_SETFL, O_NONBLOCK);
	fcntl(p->err[0], F_SETFL, O_NONBLOCK);
	return 0;
}

static void
close_pipes(struct pipes *p)
{
	close_fd(&p->out[0]);
	close_fd(&p->out[1]);
	close_fd(&p->err[0]);
	close_fd(&p->err[1]);
}

/* Copy what is there now; closes *fd at its end. */
static void
copy_output(int *fd, struct buf *keep)
{
	struct err ignored;
	char bytes[16384];
	ssize_t n;

	while (*fd >= 0 && (n = read(*fd, bytes, sizeof(bytes))) != 0) {
		size_t room = keep->cap - keep->len;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			break;
		(void)file_write_fd(os_real(), 2, bytes, (size_t)n,
		    "standard error", &ignored);
		buf_add(keep, bytes, (size_t)n < room ? (size_t)n : room);
	}
	close_fd(fd);
}

/* The first signal is passed on, the second one is final. */
static void
pass_signal(struct ending *n, struct stop *stop, pid_t pid)
{
	bool everyone;
	int sig = stop_signal_from(stop, &everyone);
	int64_t now = clock_mono_us();

	/* who signals both us and our group means one signal */
	if (sig == 0 || (n->sig && now - n->since_us < SAME_SIGNAL_US))
		return;
	n->since_us = now;
	n->everyone = everyone && n->sig == 0;
	n->sig = n->sig ? SIGKILL : sig;
	/* also where /proc is not to be read */
	if (pid > 0 && !n->everyone && n->sig == SIGKILL)
		(void)kill(pid, SIGKILL);
}

/* Those that it started meanwhile are told, too.  How many live. */
static size_t
tell_descendants(struct ending *n)
{
	return n->sig == 0 || n->everyone ? 0 :
	    descendants_signal(&n->told, getpid(), n->sig);
}

/* What is left of it after a signal, not for ever.  What a shell starts in
 * the background ignores SIGINT. */
static void
wait_for_rest(struct ending *n, struct stop *stop)
{
	int64_t end = clock_mono_us() + REST_US;

	if (n->sig == SIGINT || n->sig == SIGHUP) {
		n->sig = SIGTERM;
		descendants_release(&n->told);
	}
	n->everyone = false;
	while (tell_descendants(n)) {
		struct pollfd look = { stop->fd, POLLIN, 0 };

		(void)poll(&look, 1, LOOK_OFTEN_MS);
		pass_signal(n, stop, 0);
		if (clock_mono_us() > end)
			n->sig = SIGKILL;
		descendants_reap(0);
	}
	descendants_reap(0);
}

static int
wait_for_end(struct spawned *w, pid_t pid, struct pipes *p, struct stop *stop,
    struct err *e)
{
	struct energy energy;
	struct ending n = { .sig = 0 };
	int64_t measured = clock_mono_us();
	int ended = 0, end_fd = child_end_fd(pid);

	energy_begin(&energy);
	while (!ended) {
		struct pollfd fds[4] = {
			{ p->out[0], POLLIN, 0 }, { p->err[0], POLLIN, 0 },
			{ stop->fd, POLLIN, 0 }, { end_fd, POLLIN, 0 },
		};

		(void)poll(fds, 4, end_fd < 0 || n.sig ? LOOK_OFTEN_MS :
		    LOOK_MS);
		pass_signal(&n, stop, pid);
		(void)tell_descendants(&n);
		descendants_reap(pid);
		ended = child_poll(pid, &w->status, &w->use, e);
		copy_output(&p->out[0], &w->out);
		copy_output(&p->err[0], &w->err);
		if (clock_mono_us() - measured > ENERGY_EVERY_US) {
			energy_update(&energy);
			measured = clock_mono_us();
		}
	}
	close_fd(&end_fd);
	wait_for_rest(&n, stop);
	descendants_release(&n.told);
	energy_update(&energy);
	w->energy_known = energy.zones > 0;
	w->joules = energy.joules;
	return ended < 0 ? -1 : 0;
}

int
spawn_command(struct spawned *w, const char *const *command,
    const char *const *env, int in, int keep, struct err *e)
{
	struct stop stop;
	struct pipes p;
	struct child_setup how = { .in = in, .keep = keep, .env = env };
	pid_t pid;
	int r = -1;

	if (stop_open(&stop, e) < 0)
		return -1;
	if (open_pipes(&p, e) < 0)
		goto done;
	descendants_adopt();
	how.out = p.out[1];
	how.err = p.err[1];
	r = child_start_with(&pid, command, &how, e);
	close_fd(&p.out[1]);
	close_fd(&p.err[1]);
	if (r == 0)
		r = wait_for_end(w, pid, &p, &stop, e);
done:
	close_pipes(&p);
	stop_close(&stop);
	return r;
}
