/* Where the servers of mlv-serve listen. */
#include "listen.h"

#include <stdlib.h>
#include <string.h>

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

int
listen_check(struct cli *c, const struct listen_words *w)
{
	const char *path = path_of(w), *host = w->host;
	char text[64];
	mode_t mode;
	int port;

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

	if (w->host || w->at)
		return err_set(e, ERR_USAGE, "sockets were handed over "
		    "(LISTEN_FDS): leave out --host and --listen");
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
		if (!to->local && w->tokens == NULL && !w->anyone)
			return err_set(e, ERR_USAGE, "%s was handed over and "
			    "can be reached by others: " REMEDY, to->where);
	}
	return 0;
}

static int
open_main(struct listening *l, const struct listen_words *w, struct err *e)
{
	const char *path = path_of(w);
	char host[64];
	int port;

	if (path)
		return listener_open_path(&l->main, path, l->mode, e);
	if (w->at && parse_address(host, &port, w->at))
		return listener_open(&l->main, host, port, e);
	return listener_open(&l->main, w->host, (int)w->port, e);
}

int
listening_open(struct listening *l, const struct listen_words *w,
    struct err *e)
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
	    (l->main.fd < 0 && open_main(l, w, e) < 0) ||
	    (l->health.fd < 0 && w->health_port >= 0 &&
	    listener_open(&l->health, host, (int)w->health_port, e) < 0)) {
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
}
