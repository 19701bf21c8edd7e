#define _GNU_SOURCE
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

extern char **environ;

int
child_start(pid_t *pid, const char *const *argv, int in, int out, int err,
    struct err *e)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t set;
	int r;

	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&at);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&fa, in, 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&fa, out, 1);
	if (err >= 0)
		posix_spawn_file_actions_adddup2(&fa, err, 2);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	posix_spawnattr_setsigdefault(&at, &set);
	posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSIGDEF);
	r = posix_spawnp(pid, argv[0], &fa, &at, (char *const *)argv, environ);
	posix_spawnattr_destroy(&at);
	posix_spawn_file_actions_destroy(&fa);
	if (r == 0)
		return 0;
	errno = r;
	return err_sys(e, "cannot run '%s'", argv[0]);
}

int
child_wait(pid_t pid, int *status, struct child_usage *use, struct err *e)
{
	struct rusage ru;
	int st;

	while (wait4(pid, &st, 0, &ru) < 0)
		if (errno != EINTR)
			return err_sys(e, "cannot wait for a child");
	*status = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
	if (use) {
		use->cpu_us = (int64_t)(ru.ru_utime.tv_sec +
		    ru.ru_stime.tv_sec) * 1000000 +
		    ru.ru_utime.tv_usec + ru.ru_stime.tv_usec;
		use->max_rss_bytes = (int64_t)ru.ru_maxrss * 1024;
	}
	return 0;
}

int
child_output(struct buf *out, int *status, const char *const *argv,
    struct err *e)
{
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
	r = child_start(&pid, argv, null, fd[1], null, e);
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
