/*
 * The helper that speaks gRPC: clients of the Open Inference Protocol, in
 * front of an HTTP server that speaks it, too.
 *
 *	mlv-grpc LISTENER TO GRACE-MS DRAIN-MS [tokens FILE] [cert FILE]
 *	    [key FILE] [client-ca FILE]
 *
 * LISTENER is a descriptor that listens; TO is unix:PATH or http://HOST:PORT.
 * The files say who may ask, and are those of TLS.
 * A line on standard output says that it is ready.  When standard input ends,
 * or a signal says so, it is not ready any more, after GRACE-MS takes no new
 * calls, and ends when those begun are answered, DRAIN-MS later at most.
 *
 * It is a program of its own as its library is none of the suite's, and what
 * reads frames of strangers is better not where the models are.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/confine.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/num.h"
#include "base/stop.h"
#include "call.h"

#define EVENTS 64
#define LOOK_CALLS_US 10000
#define LOOK_US 250000

/* --- what epoll looks at -------------------------------------------------- */

int
watch_begin(struct gateway *g, struct watched *w, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = w };

	w->events = events;
	return epoll_ctl(g->epoll, EPOLL_CTL_ADD, w->fd, &e);
}

void
watch_events(struct gateway *g, struct watched *w, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = w };

	if (w->events == events)
		return;
	w->events = events;
	(void)epoll_ctl(g->epoll, EPOLL_CTL_MOD, w->fd, &e);
}

void
watch_end(struct gateway *g, struct watched *w)
{
	(void)g;
	close(w->fd);
	w->fd = -1;
}

/* --- the server behind ---------------------------------------------------- */

static int
find_path(struct gateway *g, const char *path, struct err *e)
{
	struct sockaddr_un *a = (struct sockaddr_un *)&g->address;

	if (*path == '\0' || strlen(path) >= sizeof(a->sun_path))
		return err_set(e, ERR_USAGE, "'%s' is no path of a socket",
		    path);
	a->sun_family = AF_UNIX;
	memcpy(a->sun_path, path, strlen(path) + 1);
	g->address_len = sizeof(*a);
	g->host = "localhost";
	return 0;
}

/* The address is looked up once. */
static int
find_host(struct gateway *g, const char *url, struct err *e)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	static char host[272];
	const char *colon = strrchr(url, ':');
	size_t n = colon ? (size_t)(colon - url) : 0;
	char name[256], port[8];
	struct addrinfo *found;
	int r;

	if (n == 0 || n >= sizeof(name) || strlen(colon + 1) >= sizeof(port))
		return err_set(e, ERR_USAGE, "http://%s has no port", url);
	memcpy(name, url, n);
	name[n] = '\0';
	snprintf(port, sizeof(port), "%.*s", (int)strcspn(colon + 1, "/"),
	    colon + 1);
	r = getaddrinfo(name, port, &hints, &found);
	if (r != 0)
		return err_set(e, ERR_NOENT, "cannot find '%s': %s", name,
		    gai_strerror(r));
	memcpy(&g->address, found->ai_addr, found->ai_addrlen);
	g->address_len = found->ai_addrlen;
	freeaddrinfo(found);
	snprintf(host, sizeof(host), "%s:%s", name, port);
	g->host = host;
	return 0;
}

static int
find_server(struct gateway *g, const char *to, struct err *e)
{
	if (strncmp(to, "unix:", 5) == 0)
		return find_path(g, to + 5, e);
	if (strncmp(to, "http://", 7) == 0)
		return find_host(g, to + 7, e);
	return err_set(e, ERR_USAGE, "the server is unix:PATH or "
	    "http://HOST:PORT, not '%s'", to);
}

/* --- life ----------------------------------------------------------------- */

static void
knock(struct gateway *g, struct watched *w, uint32_t events)
{
	(void)w;
	(void)events;
	g->knocked = true;
}

static void
hear_parent(struct gateway *g, struct watched *w, uint32_t events)
{
	char room[64];

	if (events & EPOLLIN && read(w->fd, room, sizeof(room)) > 0)
		return;
	g->asked_to_end = true;
	watch_end(g, w);
}

static void
look_at_events(struct gateway *g, int wait_ms)
{
	struct epoll_event e[EVENTS];
	int n = epoll_wait(g->epoll, e, EVENTS, wait_ms);

	g->now_us = clock_mono_us();
	for (int i = 0; i < n; i++) {
		struct watched *w = e[i].data.ptr;

		w->ready(g, w, e[i].events);
	}
	/* it may close clients, of whom is told above */
	if (g->knocked)
		clients_accept(g);
	g->knocked = false;
}

/* The end in steps, as told above. */
struct end {
	int64_t grace_us, drain_us;
	int64_t asked_us;		/* 0: nobody asked yet */
};

static bool
look_at_end(struct gateway *g, struct end *end)
{
	int64_t past;

	if (!g->asked_to_end)
		return false;
	if (end->asked_us == 0) {
		end->asked_us = g->now_us;
		clients_tell_end(g, false);
	}
	past = g->now_us - end->asked_us;
	if (!g->ending && past >= end->grace_us) {
		g->ending = true;
		watch_end(g, &g->listener);
		clients_tell_end(g, true);
	}
	return g->ending && (g->clients == NULL ||
	    past >= end->grace_us + end->drain_us);
}

static void
answer_calls(struct gateway *g, struct stop *stop, struct end *end)
{
	int64_t looked = 0, looked_calls = 0;

	for (;;) {
		int wait = g->hungry ? 0 : g->calls || g->asked_to_end ? LOOK_CALLS_US / 1000 :
		    g->clients || g->deaf ? LOOK_US / 1000 : -1;

		look_at_events(g, wait);
		clients_read_on(g);
		if (g->now_us - looked_calls >= LOOK_CALLS_US) {
			looked_calls = g->now_us;
			calls_look(g);
		}
		if (g->now_us - looked >= LOOK_US) {
			looked = g->now_us;
			upstreams_look(g);
			clients_look(g);
		}
		clients_send(g);
		switch (stop_signal(stop)) {
		case SIGTERM: case SIGINT:
			g->asked_to_end = true;
		}
		if (look_at_end(g, end))
			return;
	}
}

static void
warn(void *ctx, const char *line)
{
	(void)ctx;
	fprintf(stderr, "mlv-grpc: %s\n", line);
}

/* The signals only wake it up. */
static void
ignore_stop(struct gateway *g, struct watched *w, uint32_t events)
{
	(void)g;
	(void)w;
	(void)events;
}

/* The words behind the fixed ones. */
static int
open_files(struct gateway *g, char **words, int n, struct err *e)
{
	static const struct log log = { warn, NULL };
	struct tls_files tls = { .http2 = true };
	const char *tokens = NULL;
	const struct {
		const char *word, **to;
	} known[] = { { "tokens", &tokens }, { "cert", &tls.cert },
	    { "key", &tls.key }, { "client-ca", &tls.client_ca } };

	for (int i = 0; i + 1 < n; i += 2)
		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (strcmp(words[i], known[k].word) == 0)
				*known[k].to = words[i + 1];
	if (tokens && tokens_open(&g->tokens, tokens, &log, e) < 0)
		return -1;
	return tls.cert ? tls_open(&g->tls, &tls, &log, e) : 0;
}

static int
open_gateway(struct gateway *g, char **argv, int argc, struct watched *signals,
    struct err *e)
{
	struct confine_opts rights = { .connects = strncmp(argv[2], "unix:",
	    5) != 0 };
	struct confined confined;
	int64_t fd;

	if (!num_parse_i64(argv[1], strlen(argv[1]), &fd))
		return err_set(e, ERR_USAGE, "'%s' is no descriptor", argv[1]);
	if (find_server(g, argv[2], e) < 0 ||
	    open_files(g, argv + 5, argc - 5, e) < 0)
		return -1;
	g->epoll = epoll_create1(EPOLL_CLOEXEC);
	g->listener = (struct watched){ .fd = (int)fd, .ready = knock };
	g->parent = (struct watched){ .fd = STDIN_FILENO,
	    .ready = hear_parent };
	if (g->epoll < 0 || watch_begin(g, &g->listener, EPOLLIN) < 0 ||
	    watch_begin(g, signals, EPOLLIN) < 0)
		return err_sys(e, "cannot wait for connections");
	/* a file or a terminal does not end */
	(void)watch_begin(g, &g->parent, EPOLLIN);
	return confine_process(&confined, &rights, e);
}

/* Large messages are mappings of their own, which go when they are freed:
 * between those of others they would stay in the heap. */
static void
return_memory(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 18);
#endif
}

int
main(int argc, char **argv)
{
	static struct gateway g;
	struct end end = { 0 };
	struct err e = ERR_INIT;
	struct watched signals = { .ready = ignore_stop };
	struct stop stop;

	if (argc < 5 || !num_parse_i64(argv[3], strlen(argv[3]),
	    &end.grace_us) || !num_parse_i64(argv[4], strlen(argv[4]),
	    &end.drain_us))
		return 2;
	end.grace_us *= 1000;
	end.drain_us *= 1000;
	signal(SIGPIPE, SIG_IGN);
	return_memory();
	machine_raise_files();
	upstreams_init(&g);
	g.now_us = clock_mono_us();
	if (stop_open(&stop, &e) == 0) {
		signals.fd = stop.fd;
		if (open_gateway(&g, argv, argc, &signals, &e) == 0) {
			printf("ready\n");
			fflush(stdout);
			answer_calls(&g, &stop, &end);
		}
	}
	if (e.code != ERR_NONE)
		fprintf(stderr, "%s\n", e.msg);
	clients_close(&g);
	upstreams_close(&g);
	tokens_close(g.tokens);
	tls_close(g.tls);
	while (g.spare) {
		struct call *c = g.spare;

		g.spare = c->next;
		call_forget(c);
	}
	return e.code == ERR_NONE ? 0 : e.code == ERR_USAGE ? 2 : 3;
}
