/* An HTTP/1.1 server: connections on a few threads, each with an epoll. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/pool.h"
#include "codec/http/internal.h"

#define BODY_MAX ((size_t)8 << 20)
#define TICK_MS 250
#define EVENTS 64
#define CONNECTIONS_MAX 8192u

static void
listen_here(struct http_worker *w, bool yes)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE,
	    .data.ptr = w };

	if (w->listening != yes)
		(void)epoll_ctl(w->epoll, yes ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
		    w->server->listener->fd, &ev);
	w->listening = yes;
}

/* Where answers wait, each worker has its share of the connections. */
static void
hand_over(struct http_worker *w, int fd)
{
	struct http_server *s = w->server;
	struct http_worker *to = s->o.waiting ? &s->worker[atomic_fetch_add(
	    &s->next, 1) % (unsigned)s->threads] : w;

	if (to == w || write(to->mail[1], &fd, sizeof(fd)) != sizeof(fd))
		open_conn(w, fd);
}

static void
take_mail(struct http_worker *w)
{
	int fd;

	while (read(w->mail[0], &fd, sizeof(fd)) == sizeof(fd))
		open_conn(w, fd);
}

/* When there are as many as may be, or no descriptor is left, others wait
 * until the next tick. */
static void
accept_conns(struct http_worker *w)
{
	struct http_server *s = w->server;
	int fd;

	if (atomic_load(&s->deaf))
		listen_here(w, false);
	for (int i = 0; i < 16 && w->listening; i++) {
		if (atomic_fetch_add(&s->connections, 1) >=
		    s->connections_max) {
			atomic_fetch_sub(&s->connections, 1);
			listen_here(w, false);
			return;
		}
		fd = accept4(s->listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			hand_over(w, fd);
			continue;
		}
		atomic_fetch_sub(&s->connections, 1);
		if (errno != EAGAIN && errno != EINTR &&
		    errno != ECONNABORTED)
			listen_here(w, false);
		return;
	}
}

/* --- workers -------------------------------------------------------------- */

static void
work(void *arg)
{
	struct http_worker *w = arg;
	struct http_server *s = w->server;
	struct epoll_event ev[EVENTS];
	int64_t tick = clock_mono_us(), looked;

	while (!atomic_load(&s->ending)) {
		int n = epoll_wait(w->epoll, ev, EVENTS, TICK_MS);

		looked = w->now_us = clock_mono_us();
		atomic_store_explicit(&w->round_us, looked,
		    memory_order_relaxed);
		for (int i = 0; i < n; i++) {
			if (ev[i].data.ptr == w)
				accept_conns(w);
			else if (ev[i].data.ptr == w->mail)
				take_mail(w);
			else if (ev[i].data.ptr != s)
				serve_conn(w, ev[i].data.ptr);
		}
		if (w->now_us - tick < TICK_MS * 1000)
			continue;
		tick = w->now_us;
		cut_off_late(w, looked);
		listen_here(w, !atomic_load(&s->deaf));
	}
	take_mail(w);
	while (w->conns)
		close_conn(w, w->conns);
}

/* --- life ----------------------------------------------------------------- */

/* At most as many as we may open descriptors for. */
static unsigned
connections_for(const struct http_opts *o, unsigned threads)
{
	unsigned most = o->connections_max ? o->connections_max :
	    CONNECTIONS_MAX;
	unsigned others = 32 + 6 * threads;
	uint64_t files = machine_files();

	if (files && files < (uint64_t)most + others)
		most = files > others + threads ? (unsigned)files - others :
		    threads;
	return most;
}

static void
end_workers(struct http_server *s)
{
	atomic_store(&s->ending, true);
	bell_ring(&s->bell);
	for (int i = 0; i < s->workers; i++) {
		struct http_worker *w = &s->worker[i];

		if (w->started)
			thread_join(&w->thread);
		if (w->epoll >= 0)
			close(w->epoll);
	}
	for (int i = 0; i < 2 * s->threads; i++)
		if (s->worker[i / 2].mail[i % 2] > 0)
			close(s->worker[i / 2].mail[i % 2]);
	bell_close(&s->bell);
	listener_close(&s->own);
	free(s->worker);
	free(s);
}

static int
start_worker(struct http_worker *w, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = w->server };
	struct epoll_event mail = { .events = EPOLLIN, .data.ptr = w->mail };

	w->now_us = clock_mono_us();
	atomic_store(&w->round_us, w->now_us);
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD,
	    w->server->bell.fd, &ev) < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD,
	    w->mail[0], &mail) < 0)
		return err_sys(e, "cannot start the HTTP server");
	listen_here(w, true);
	if (thread_start(&w->thread, work, w, e) < 0)
		return -1;
	w->started = true;
	return 0;
}

int
http_start(struct http_server **out, const struct http_opts *o,
    struct err *e)
{
	struct http_server *s = xalloc(1, sizeof(*s));
	int threads = o->threads > 0 ? o->threads : pool_default_threads();
	int r;

	s->o = *o;
	s->body_max = o->body_max ? o->body_max : BODY_MAX;
	s->timeout_us = (int64_t)(o->timeout_s ? o->timeout_s : 30) * 1000000;
	s->connections_max = connections_for(o, (unsigned)threads);
	s->own.fd = -1;
	s->listener = o->listener ? o->listener : &s->own;
	if ((o->listener == NULL && listener_open(&s->own, o->host, o->port,
	    e) < 0) || listener_begin(s->listener, e) < 0) {
		listener_close(&s->own);
		free(s);
		return -1;
	}
	/* inherited by connections: bytes may come before they are accepted */
	(void)setsockopt(s->listener->fd, SOL_SOCKET, SO_TIMESTAMPNS,
	    &(int){ 1 }, sizeof(int));
	s->worker = xalloc((size_t)threads, sizeof(*s->worker));
	s->threads = threads;
	r = bell_open(&s->bell, e);
	/* before any worker runs: each may write to any other */
	for (int i = 0; r == 0 && i < threads; i++)
		if (pipe2(s->worker[i].mail, O_CLOEXEC | O_NONBLOCK) < 0)
			r = err_sys(e, "cannot start the HTTP server");
	if (r < 0) {
		end_workers(s);
		return -1;
	}
	for (; s->workers < threads; s->workers++) {
		struct http_worker *w = &s->worker[s->workers];

		w->server = s;
		if (start_worker(w, e) < 0) {
			s->workers++;
			end_workers(s);
			return -1;
		}
	}
	*out = s;
	return 0;
}

int
http_port(const struct http_server *s)
{
	return s->listener->port;
}

bool
http_is_alive(const struct http_server *s, int64_t within_us)
{
	int64_t since = clock_mono_us() - within_us;

	for (int i = 0; i < s->workers; i++)
		if (atomic_load(&s->worker[i].round_us) >= since)
			return true;
	return false;
}

static void
pause_ms(int ms)
{
	nanosleep(&(struct timespec){ 0, ms * 1000000L }, NULL);
}

void
http_stop(struct http_server *s, int64_t grace_ms, int64_t drain_ms)
{
	int64_t begin = clock_mono_us(), end = begin + (drain_ms > grace_ms ?
	    drain_ms : grace_ms) * 1000;

	if (s == NULL)
		return;
	atomic_store(&s->closing, 1);
	while (clock_mono_us() < end && (atomic_load(&s->busy[0]) > 0 ||
	    clock_mono_us() < begin + grace_ms * 1000))
		pause_ms(2);
	atomic_store(&s->deaf, true);
	listener_deafen(s->listener);
	while (clock_mono_us() < end && atomic_load(&s->busy[0]) +
	    atomic_load(&s->busy[1]) > 0)
		pause_ms(2);
	end_workers(s);
}
