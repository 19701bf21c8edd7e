/* Sockets that listen: addresses, paths, and what was handed over. */
#define _GNU_SOURCE
#include "base/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"

#define BACKLOG 511
#define FIRST_INHERITED 3

static void
listener_init(struct listener *l)
{
	memset(l, 0, sizeof(*l));
	l->fd = -1;
}

/* What the socket says of itself. */
static int
describe(struct listener *l, struct err *e)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un path;
	} a;
	socklen_t n = sizeof(a);
	char text[INET6_ADDRSTRLEN] = "";

	memset(&a, 0, sizeof(a));
	if (getsockname(l->fd, &a.any, &n) < 0)
		return err_sys(e, "cannot ask where a socket listens");
	if (a.any.sa_family == AF_INET) {
		l->port = ntohs(a.v4.sin_port);
		l->local = ntohl(a.v4.sin_addr.s_addr) >> 24 == 127;
		inet_ntop(AF_INET, &a.v4.sin_addr, text, sizeof(text));
		snprintf(l->where, sizeof(l->where), "http://%s:%d", text,
		    l->port);
	} else if (a.any.sa_family == AF_INET6) {
		l->port = ntohs(a.v6.sin6_port);
		l->local = IN6_IS_ADDR_LOOPBACK(&a.v6.sin6_addr);
		inet_ntop(AF_INET6, &a.v6.sin6_addr, text, sizeof(text));
		snprintf(l->where, sizeof(l->where), "http://[%s]:%d", text,
		    l->port);
	} else if (a.any.sa_family == AF_UNIX) {
		l->local = true;
		snprintf(l->where, sizeof(l->where), "unix:%.*s%s",
		    a.path.sun_path[0] == '\0' ? 1 : 0, "@",
		    a.path.sun_path[0] ? a.path.sun_path :
		    a.path.sun_path + 1);
	} else {
		return err_set(e, ERR_UNSUPPORTED, "descriptor %d is a socket "
		    "of a family that is not served", l->fd);
	}
	return 0;
}

static int
open_socket(struct listener *l, int family, struct err *e)
{
	l->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return l->fd < 0 ? err_sys(e, "cannot make a socket") : 0;
}

/* ---- an address ---- */

int
listener_open(struct listener *l, const char *host, int port, struct err *e)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int one = 1;

	listener_init(l);
	if (host == NULL)
		host = "127.0.0.1";
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		return err_set(e, ERR_USAGE, "'%s' is not an IPv4 address",
		    host);
	a.sin_port = htons((uint16_t)port);
	if (open_socket(l, AF_INET, e) < 0)
		return -1;
	setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(l->fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		err_sys(e, "cannot listen on %s port %d", host, port);
		listener_close(l);
		return -1;
	}
	if (describe(l, e) < 0) {
		listener_close(l);
		return -1;
	}
	return 0;
}

/* ---- a path ---- */

static int
address_of(struct sockaddr_un *a, const char *path, struct err *e)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(a->sun_path))
		return err_set(e, ERR_TOOBIG, "'%s' is too long for a socket: "
		    "its path has at most %zu bytes", path,
		    sizeof(a->sun_path) - 1);
	memcpy(a->sun_path, path, strlen(path));
	return 0;
}

int
listener_open_path(struct listener *l, const char *path, mode_t mode,
    struct err *e)
{
	struct sockaddr_un a;
	struct stat st;

	listener_init(l);
	l->temp = xprintf("%s.%ld", path, (long)getpid());
	if (address_of(&a, l->temp, e) < 0 ||
	    open_socket(l, AF_UNIX, e) < 0)
		goto fail;
	(void)unlink(l->temp);		/* of one killed with our number */
	/* no moment with more rights; but bind takes the umask's away */
	if (fchmod(l->fd, mode) < 0 ||
	    bind(l->fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    chmod(l->temp, mode) < 0 || stat(l->temp, &st) < 0) {
		err_sys(e, "cannot listen at '%s'", path);
		goto fail;
	}
	l->path = xstrdup(path);
	l->device = st.st_dev;
	l->inode = st.st_ino;
	l->local = true;
	snprintf(l->where, sizeof(l->where), "unix:%s", path);
	return 0;
fail:
	listener_close(l);
	return -1;
}

/* Is there a socket at which nobody listens, or nothing?  1: there is
 * nobody. */
static int
is_free(const char *path, struct err *e)
{
	struct sockaddr_un a;
	struct stat st;
	int fd, r;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 1 : err_sys(e, "cannot look at '%s'",
		    path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, ERR_EXISTS, "'%s' is there and is no socket",
		    path);
	if (address_of(&a, path, e) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, "cannot make a socket");
	r = connect(fd, (struct sockaddr *)&a, sizeof(a));
	if (r < 0 && errno == ECONNREFUSED)
		r = 1;
	else if (r == 0 || errno == EAGAIN)
		r = err_set(e, ERR_BUSY, "somebody listens at '%s'", path);
	else
		r = err_sys(e, "cannot ask who listens at '%s'", path);
	close(fd);
	return r;
}

/* Of several that come to one path at a time one looks and takes it, then the
 * next: the folder is locked meanwhile. */
static int
lock_folder(const char *path)
{
	char *folder = path_folder(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(folder);
	if (fd >= 0 && flock(fd, LOCK_EX) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int
take_path(struct listener *l, struct err *e)
{
	int lock = lock_folder(l->path), r;

	if (lock < 0)
		return err_sys(e, "cannot lock the folder of '%s'", l->path);
	r = is_free(l->path, e);
	if (r == 1)
		r = rename(l->temp, l->path) < 0 ? err_sys(e, "cannot listen "
		    "at '%s'", l->path) : 0;
	close(lock);
	if (r == 0) {
		free(l->temp);
		l->temp = NULL;
	}
	return r;
}

/* Unless another took it over. */
static void
leave_path(struct listener *l)
{
	int lock = lock_folder(l->path);
	struct stat st;

	if (lock < 0)
		return;
	if (lstat(l->path, &st) == 0 && st.st_ino == l->inode &&
	    st.st_dev == l->device)
		(void)unlink(l->path);
	close(lock);
}

/* ---- handed over ---- */

int
listener_adopt(struct listener *l, int fd, struct err *e)
{
	int type = 0, listens = 0, flags;
	socklen_t n = sizeof(type), m = sizeof(listens);

	listener_init(l);
	l->fd = fd;
	l->inherited = true;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) < 0 ||
	    type != SOCK_STREAM || getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN,
	    &listens, &m) < 0 || !listens)
		return err_set(e, ERR_USAGE, "descriptor %d was handed over "
		    "and is no stream socket that listens", fd);
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return err_sys(e, "cannot use descriptor %d", fd);
	return describe(l, e);
}

static bool
is_ours(const char *pid)
{
	int64_t n;

	return pid && num_parse_i64(pid, strlen(pid), &n) &&
	    n == (int64_t)getpid();
}

int
listener_inherited(struct inherited *out, int most, const char *count,
    const char *pid, const char *names)
{
	int64_t n = 0;

	if (count && is_ours(pid) && (!num_parse_i64(count, strlen(count), &n) ||
	    n < 0 || n > 1000))
		n = 0;
	for (int i = 0; i < n && i < most; i++) {
		size_t len = names ? strcspn(names, ":") : 0;

		out[i].fd = FIRST_INHERITED + i;
		snprintf(out[i].name, sizeof(out[i].name), "%.*s", len > 63 ?
		    63 : (int)len, names ? names : "");
		names = names && names[len] ? names + len + 1 : NULL;
	}
	return (int)n;
}

/* ---- life ---- */

int
listener_begin(struct listener *l, struct err *e)
{
	if (l->inherited)
		return 0;
	if (listen(l->fd, BACKLOG) < 0)
		return err_sys(e, "cannot listen at %s", l->where);
	return l->path ? take_path(l, e) : 0;
}

void
listener_deafen(struct listener *l)
{
	if (!l->inherited)
		shutdown(l->fd, SHUT_RDWR);
}

void
listener_close(struct listener *l)
{
	if (l->path && l->temp == NULL)
		leave_path(l);
	if (l->temp && l->fd >= 0)
		(void)unlink(l->temp);
	if (l->fd >= 0)
		close(l->fd);
	free(l->path);
	free(l->temp);
	listener_init(l);
}
