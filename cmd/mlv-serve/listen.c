/* Where the servers of mlv-serve listen. */
#include "listen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/confine.h"
#include "base/num.h"

#define SOCKET_MODE 0600
#define HANDED_MAX 2
#define REMEDY "say with --token-file who may ask (mlv-serve token new makes " \
    "one), or with --anyone that all may"

/* --listen: ADDRESS:PORT, or NULL for unix:PATH. */
static bool
parse_address(char host[64], int *port, const char *at)
{
	const char *colon = strrchr(at, ':');
	int64_t n;

	if (colon == NULL || colon == at || colon - at >= 64 ||
	    !num_parse_i64(colon + 1, strlen(colon + 1), &n) || n < 0 ||
	    n > 65535)
		return false;
	memcpy(host, at, (size_t)(colon - at));
	host[colon - at] = '\0';
	*port = (int)n;
	return true;
}

static const char *
path_in(const char *at)
{
	return at && strncmp(at, "unix:", 5) == 0 ? at + 5 : NULL;
}

static const char *
path_of(const struct listen_words *w)
{
	return path_in(w->at);
}

static bool
parse_mode(mode_t *mode, const char *s)
{
	*mode = SOCKET_MODE;
	if (s == NULL)
		return true;
	if (*s == '\0' || strlen(s) > 4 || s[strspn(s, "01234567")])
		return false;
	*mode = 0;
	for (; *s; s++)
		*mode = *mode << 3 | (mode_t)(*s - '0');
	return *mode <= 0777;
}

static int
check_tls(struct cli *c, const struct listen_words *w)
{
	const struct tls_files *f = &w->tls;

	if ((f->cert == NULL) != (f->key == NULL))
		return cli_usage(c, "--tls-cert and --tls-key go together: "
		    "%s is missing", f->cert ? "--tls-key" : "--tls-cert");
	if (f->client_ca && f->cert == NULL)
		return cli_usage(c, "--tls-client-ca needs --tls-cert and "
		    "--tls-key");
	if (f->cert && path_of(w))
		return cli_usage(c, "--tls-cert is for an address, not for "
		    "--listen unix:PATH");
	return 0;
}

/* `host` NULL: loopback. */
static int
check_reach(struct cli *c, const struct listen_words *w, const char *host)
{
	if (host == NULL || strncmp(host, "127.", 4) == 0 || w->tokens ||
	    w->anyone)
		return 0;
	return cli_usage(c, "%s can be reached by others: " REMEDY, host);
}

/* What --listen or --grpc says. */
static int
check_at(struct cli *c, const struct listen_words *w, const char *at,
    const char *option)
{
	const char *path = path_in(at);
	char host[64];
	int port;

	if (path)
		return *path ? 0 : cli_usage(c, "%s unix: needs a path", option);
	if (!parse_address(host, &port, at))
		return cli_usage(c, "%s is unix:PATH or ADDRESS:PORT, not '%s'",
		    option, at);
	return check_reach(c, w, host);
}

static int
check_grpc(struct cli *c, const struct listen_words *w)
{
	if (w->grpc == NULL)
		return 0;
	if (w->tls.cert)
		return cli_usage(c, "--grpc asks this server without TLS: start "
		    "mlv-serve grpc --tls-cert beside one that has --listen "
		    "unix:PATH");
	return check_at(c, w, w->grpc, "--grpc");
}

int
listen_check(struct cli *c, const struct listen_words *w)
{
	mode_t mode;
	int r = check_tls(c, w);

	if (r != 0 || (r = check_grpc(c, w)) != 0)
		return r;
	if (w->anyone && w->tokens)
		return cli_usage(c, "--anyone may ask, or those of "
		    "--token-file: not both");
	if (w->at && w->host)
		return cli_usage(c, "--listen says the address, too: leave out "
		    "--host");
	if (w->mode && path_of(w) == NULL && path_in(w->grpc) == NULL)
		return cli_usage(c, "--socket-mode is for a socket at "
		    "unix:PATH");
	if (!parse_mode(&mode, w->mode))
		return cli_usage(c, "--socket-mode is octal, as 0660, not "
		    "'%s'", w->mode);
	return w->at ? check_at(c, w, w->at, "--listen") :
	    check_reach(c, w, w->host);
}

/* What a supervisor handed over: one, and one called health. */
static int
adopt(struct listening *l, const struct listen_words *w,
    const struct inherited *handed, int n, struct err *e)
{
	struct listener *to;

	if (n > HANDED_MAX)
		return err_set(e, ERR_USAGE, "%d sockets were handed over: one "
		    "is served, and one called health", n);
	for (int i = 0; i < n; i++) {
		to = strcmp(handed[i].name, "health") == 0 ? &l->health :
		    &l->main;
		if (to->fd >= 0)
			return err_set(e, ERR_USAGE, "two sockets were handed "
			    "over for the same: call one of them health "
			    "(FileDescriptorName=)");
		if (listener_adopt(to, handed[i].fd, e) < 0)
			return -1;
		if (to == &l->health && w->single)
			return err_set(e, ERR_USAGE, "a socket called health "
			    "was handed over, and nothing answers there");
		if (!to->local && w->tokens == NULL && !w->anyone)
			return err_set(e, ERR_USAGE, "%s was handed over and "
			    "can be reached by others: " REMEDY, to->where);
	}
	if (w->host || w->at || (w->port >= 0 && l->main.fd >= 0))
		return err_set(e, ERR_USAGE, "sockets were handed over "
		    "(LISTEN_FDS): leave out --host, --port and --listen");
	if (w->health_port >= 0 && l->health.fd >= 0)
		return err_set(e, ERR_USAGE, "a socket called health was "
		    "handed over (LISTEN_FDS): leave out --health-port");
	return 0;
}

static int
open_grpc(struct listening *l, const struct listen_words *w, struct err *e)
{
	char host[64];
	int port;

	if (w->grpc == NULL || path_in(w->grpc) ||
	    !parse_address(host, &port, w->grpc))
		return 0;
	return listener_open(&l->grpc, host, port, e);
}

static int
open_address(struct listening *l, const struct listen_words *w, struct err *e)
{
	char host[64];
	int port;

	if (l->main.fd >= 0 || path_of(w))
		return 0;
	if (w->at && parse_address(host, &port, w->at))
		return listener_open(&l->main, host, port, e);
	return listener_open(&l->main, w->host, w->port < 0 ? w->usual_port :
	    (int)w->port, e);
}

static int
open_tls(struct listening *l, const struct listen_words *w,
    const struct log *log, struct err *e)
{
	static const char plain[] = "http://";
	char where[LISTENER_TEXT_MAX];

	if (w->tls.cert == NULL)
		return 0;
	/* a path that was handed over */
	if (strncmp(l->main.where, plain, sizeof(plain) - 1) != 0)
		return err_set(e, ERR_USAGE, "--tls-cert is for an address, "
		    "not for %s", l->main.where);
	snprintf(where, sizeof(where), "https://%.*s",
	    (int)(sizeof(where) - sizeof("https://")),
	    l->main.where + sizeof(plain) - 1);
	memcpy(l->main.where, where, sizeof(where));
	return tls_open(&l->tls, &w->tls, log, e);
}

static int
open_path(struct listener *to, const char *at, const struct listening *l,
    const struct listen_words *w, struct err *e)
{
	const char *path = path_in(at);

	if (path == NULL || to->fd >= 0 ||
	    listener_open_path(to, path, l->mode, e) == 0)
		return 0;
	return w->user ? err_wrap(e, "as user '%s'", w->user) : -1;
}

int
listening_open(struct listening *l, const struct listen_words *w,
    const struct log *log, struct err *e)
{
	struct inherited handed[HANDED_MAX];
	const char *host = w->host;
	char at[64];
	int port, n = listener_inherited(handed, HANDED_MAX, getenv("LISTEN_FDS"),
	    getenv("LISTEN_PID"), getenv("LISTEN_FDNAMES"));

	/* they are not for the programs that we start */
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
	memset(l, 0, sizeof(*l));
	l->main.fd = l->health.fd = l->grpc.fd = -1;
	(void)parse_mode(&l->mode, w->mode);
	/* for health the address of --listen, where it has one */
	if (path_of(w) == NULL && w->at && parse_address(at, &port, w->at))
		host = at;
	if ((n > 0 && adopt(l, w, handed, n, e) < 0) ||
	    open_address(l, w, e) < 0 ||
	    (l->health.fd < 0 && w->health_port >= 0 &&
	    listener_open(&l->health, host, (int)w->health_port, e) < 0) ||
	    open_grpc(l, w, e) < 0 || open_tls(l, w, log, e) < 0 ||
	    (w->user && confine_user(w->user, e) < 0) ||
	    open_path(&l->main, w->at, l, w, e) < 0 ||
	    open_path(&l->grpc, w->grpc, l, w, e) < 0) {
		listening_close(l);
		return -1;
	}
	return 0;
}

void
listening_close(struct listening *l)
{
	listener_close(&l->main);
	listener_close(&l->health);
	listener_close(&l->grpc);
	tls_close(l->tls);
}
