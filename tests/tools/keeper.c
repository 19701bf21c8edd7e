/*
 * keeper COMMAND...: keeps a socket that listens, and a server behind it.
 *
 * Prints the URL of the socket and hands it to the command as systemd does.
 * SIGUSR1 kills the command as kill -9 does; however it ends by a signal,
 * another is started at once, and who connects meanwhile waits at the socket.
 * SIGTERM goes on to the command, whose exit status this ends with.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t child, ending;

static void
pass_on(int sig)
{
	ending |= sig == SIGTERM;
	if (child > 0)
		kill((pid_t)child, sig == SIGUSR1 ? SIGKILL : sig);
}

static int
listen_anywhere(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) < 0 ||
	    listen(fd, SOMAXCONN) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) < 0)
		return -1;
	printf("http://127.0.0.1:%d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

/* In the child; signals come again once they are its own. */
static void
become(int fd, char **argv, const sigset_t *signals)
{
	char pid[24];

	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	if (fd != 3 && dup2(fd, 3) != 3)
		_exit(127);
	if (dup2(2, 1) != 1)
		_exit(127);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, signals, NULL);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int
main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = pass_on };
	int fd, status = 0;
	sigset_t signals;

	if (argc < 2) {
		fprintf(stderr, "usage: keeper COMMAND...\n");
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	fd = listen_anywhere();
	if (fd < 0) {
		perror("keeper");
		return 3;
	}
	do {
		pid_t pid;

		/* no signal between the birth and the note of it */
		sigprocmask(SIG_BLOCK, &signals, NULL);
		pid = fork();
		if (pid == 0)
			become(fd, argv + 1, &signals);
		child = (sig_atomic_t)pid;
		sigprocmask(SIG_UNBLOCK, &signals, NULL);
		if (pid < 0)
			return 3;
		while (waitpid(pid, &status, 0) < 0)
			;
		child = 0;
	} while (WIFSIGNALED(status) && !ending);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}
