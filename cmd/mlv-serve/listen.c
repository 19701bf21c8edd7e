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
path_of(const struct listen_words *w)
{
	return w->at && strncmp(w->at, "unix:", 5) == 0 ? w->at + 5 : NULL;
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

int
listen_check(struct cli *c, const struct listen_words *w)
{
	const char *path = path_of(w), *host = w->host;
	char text[64];
	mode_t mode;
	int port, r = check_tls(c, w);

	if (r != 0)
		return r;
	if (w->anyone && w->tokens)
		return cli_usage(c, "--anyone may ask, or those of "
		    "--token-file: not both");
	if (w->at && w->host)
		return cli_usage(c, "--listen says the address, too: leave out "
		    "--host");
	if (w->mode && path == NULL)
		return cli_usage(c, "--socket-mode is for --listen unix:PATH");
	if (!parse_mode(&mode, w->mode))
		return cli_usage(c, "--socket-mode is octal, as 0660, not "
		    "'%s'", w->mode);
	if (path)
		return *path ? 0 : cli_usage(c, "--listen unix: needs a path");
	if (w->at) {
		if (!parse_address(text, &port, w->at))
			return cli_usage(c, "--listen is unix:PATH or "
			    "ADDRESS:PORT, not '%s'", w->at);
		host = text;
	}
	if (host == NULL || strncmp(host, "127.", 4) == 0 || w->tokens ||
	    w->anyone)
		return 0;
	return cli_usage(c, "%s can be reached by others: " REMEDY, host);
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
open_path(struct listening *l, const struct listen_words *w, struct err *e)
{
	if (path_of(w) == NULL || listener_open_path(&l->main, path_of(w),
	    l->mode, e) == 0)
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
	l->main.fd = l->health.fd = -1;
	(void)parse_mode(&l->mode, w->mode);
	/* for health the address of --listen, where it has one */
	if (path_of(w) == NULL && w->at && parse_address(at, &port, w->at))
		host = at;
	if ((n > 0 && adopt(l, w, handed, n, e) < 0) ||
	    open_address(l, w, e) < 0 ||
	    (l->health.fd < 0 && w->health_port >= 0 &&
	    listener_open(&l->health, host, (int)w->health_port, e) < 0) ||
	    open_tls(l, w, log, e) < 0 ||
	    (w->user && confine_user(w->user, e) < 0) ||
	    open_path(l, w, e) < 0) {
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
	tls_close(l->tls);
}
