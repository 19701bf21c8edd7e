/* Other programs: started, waited for, their output collected. */
#define _GNU_SOURCE
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

extern char **environ;

static bool
same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return strncmp(a, b, n + 1) == 0;
}

/* Our environment with `add` over it; the list is freed by the caller, the
 * strings are borrowed. */
static const char **
merged_environment(const char *const *add)
{
	size_t n = 0, m = 0, k = 0;
	const char **env;

	while (environ[n])
		n++;
	while (add && add[m])
		m++;
	env = xalloc(n + m + 1, sizeof(*env));
	for (size_t i = 0; i < n; i++) {
		bool over = false;

		for (size_t j = 0; j < m; j++)
			over |= same_name(add[j], environ[i]);
		if (!over)
			env[k++] = environ[i];
	}
	for (size_t j = 0; j < m; j++)
		env[k++] = add[j];
	return env;
}

int
child_start_with(pid_t *pid, const char *const *argv,
    const struct child_setup *how, struct err *e)
{
	const char **env = merged_environment(how->env);
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t all, none;
	int r;

	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&at);
	if (how->in >= 0)
		posix_spawn_file_actions_adddup2(&fa, how->in, 0);
	if (how->out >= 0)
		posix_spawn_file_actions_adddup2(&fa, how->out, 1);
	if (how->err >= 0)
		posix_spawn_file_actions_adddup2(&fa, how->err, 2);
	/* onto itself: that only clears close-on-exec */
	if (how->keep >= 0)
		posix_spawn_file_actions_adddup2(&fa, how->keep, how->keep);
	sigemptyset(&all);
	sigaddset(&all, SIGPIPE);
	sigaddset(&all, SIGINT);
	sigaddset(&all, SIGTERM);
	sigaddset(&all, SIGHUP);
	sigemptyset(&none);
	posix_spawnattr_setsigdefault(&at, &all);
	posix_spawnattr_setsigmask(&at, &none);
	posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSIGMASK);
	r = posix_spawnp(pid, argv[0], &fa, &at, (char *const *)argv,
	    (char *const *)env);
	posix_spawnattr_destroy(&at);
	posix_spawn_file_actions_destroy(&fa);
	free(env);
	if (r == 0)
		return 0;
	errno = r;
	return err_sys(e, "cannot run '%s'", argv[0]);
}

int
child_start(pid_t *pid, const char *const *argv, int in, int out, int err,
    struct err *e)
{
	struct child_setup how = { in, out, err, -1, NULL };

	return child_start_with(pid, argv, &how, e);
}

int
child_fork(pid_t *pid, int (*work)(void *ctx), void *ctx, struct err *e)
{
	*pid = fork();
	if (*pid < 0)
		return err_sys(e, "cannot make a process");
	if (*pid == 0)
		_exit(work(ctx));
	return 0;
}

static void
read_usage(struct child_usage *use, const struct rusage *ru)
{
	use->cpu_us = (int64_t)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) *
	    1000000 + ru->ru_utime.tv_usec + ru->ru_stime.tv_usec;
	use->max_rss_bytes = (int64_t)ru->ru_maxrss * 1024;
}

static int
wait_for(pid_t pid, int flags, int *status, struct child_usage *use,
    struct err *e)
{
	struct rusage ru;
	pid_t got;
	int st;

	while ((got = wait4(pid, &st, flags, &ru)) < 0)
		if (errno != EINTR)
			return err_sys(e, "cannot wait for a child");
	if (got == 0)
		return 0;
	*status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
	if (use)
		read_usage(use, &ru);
	return 1;
}

int
child_end_fd(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	return -1;
#endif
}

int
child_poll(pid_t pid, int *status, struct child_usage *use, struct err *e)
{
	return wait_for(pid, WNOHANG, status, use, e);
}

int
child_wait(pid_t pid, int *status, struct child_usage *use, struct err *e)
{
	return wait_for(pid, 0, status, use, e) < 0 ? -1 : 0;
}

/* Standard error goes to `err`, or to nowhere where it is -1. */
static int
collect_output(struct buf *out, int *status, const char *const *argv, int err,
    struct err *e)
{
	static const char *const plain[] = { "LC_ALL=C", NULL };
	struct child_setup how = { .keep = -1, .env = err < 0 ? NULL : plain };
	int fd[2], null, r = -1;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_sys(e, "cannot make a pipe");
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0) {
		err_sys(e, "cannot open '/dev/null'");
		close(fd[1]);
		goto done;
	}
	how.in = null;
	how.out = fd[1];
	how.err = err < 0 ? null : err;
	r = child_start_with(&pid, argv, &how, e);
	close(fd[1]);
	if (r < 0)
		goto done;
	r = file_read_fd(out, fd[0], argv[0], e);
	if (r < 0)
		kill(pid, SIGKILL);
	if (child_wait(pid, status, NULL, e) < 0)
		r = -1;
done:
	if (null >= 0)
		close(null);
	close(fd[0]);
	return r;
}

int
child_output(struct buf *out, int *status, const char *const *argv,
    struct err *e)
{
	return collect_output(out, status, argv, -1, e);
}

int
child_output_both(struct buf *out, struct buf *said, int *status,
    const char *const *argv, struct err *e)
{
	char block[4096];
	ssize_t n;
	off_t at = 0;
	int fd, r;

	if (file_open_scratch(&fd, FILE_SCRATCH_FOLDER, e) < 0)
		return -1;
	r = collect_output(out, status, argv, fd, e);
	while (r == 0 && (n = pread(fd, block, sizeof(block), at)) > 0 &&
	    said->len + (size_t)n <= said->cap) {
		buf_add(said, block, (size_t)n);
		at += n;
	}
	if (r == 0 && n < 0)
		r = err_sys(e, "cannot read what '%s' said", argv[0]);
	close(fd);
	return r;
}
