/* A stream to another program, by TCP. */
#include "base/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* 0, or an errno. */
static int
wait_connected(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int why = 0, n;
	socklen_t len = sizeof(why);

	while ((n = poll(&p, 1, timeout_ms)) < 0 && errno == EINTR)
		;
	if (n <= 0)
		return n == 0 ? ETIMEDOUT : errno;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &len) < 0)
		return errno;
	return why;
}

static int
try_address(int *fd, const struct addrinfo *a, int timeout_ms)
{
	struct timeval t = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
	int one = 1, why = 0, flags;

	*fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, a->ai_protocol);
	if (*fd < 0)
		return errno;
	if (connect(*fd, a->ai_addr, a->ai_addrlen) < 0)
		why = errno == EINPROGRESS ? wait_connected(*fd, timeout_ms) :
		    errno;
	if (why == 0 && ((flags = fcntl(*fd, F_GETFL)) < 0 ||
	    fcntl(*fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ||
	    setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)) < 0 ||
	    setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t)) < 0))
		why = errno;
	if (why == 0)
		(void)setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
	if (why != 0) {
		close(*fd);
		*fd = -1;
	}
	return why;
}

int
dial_tcp(int *fd, const char *host, const char *port, int timeout_ms,
    struct err *e)
{
	const struct addrinfo want = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *a;
	int why, r = getaddrinfo(host, port, &want, &list);

	*fd = -1;
	if (r != 0)
		return err_set(e, ERR_IO, "%.200s port %.20s: %s", host, port,
		    gai_strerror(r));
	why = EADDRNOTAVAIL;
	for (a = list; a != NULL && why != 0; a = a->ai_next)
		why = try_address(fd, a, timeout_ms);
	freeaddrinfo(list);
	return why == 0 ? 0 : err_set(e, ERR_IO, "cannot reach %.200s port "
	    "%.20s: %s", host, port, strerror(why));
}

int
dial_write(int fd, const void *p, size_t n, struct err *e)
{
	const char *s = p;

	while (n > 0) {
		ssize_t some = send(fd, s, n, MSG_NOSIGNAL);

		if (some < 0 && errno == EINTR)
			continue;
		if (some < 0)
			return err_sys(e, "cannot send");
		s += some;
		n -= (size_t)some;
	}
	return 0;
}

int64_t
dial_read(int fd, void *p, size_t n, struct err *e)
{
	ssize_t some;

	while ((some = recv(fd, p, n, 0)) < 0 && errno == EINTR)
		;
	if (some < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		err_set(e, ERR_IO, "no answer came in time");
		return DIAL_LATE;
	}
	return some < 0 ? err_sys(e, "cannot receive") : some;
}
