/* An HTTP/1.1 server: connections on a few threads, each with an epoll. */
#define _GNU_SOURCE
#include "codec/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/pool.h"
#include "base/thread.h"
#include "codec/http_head.h"

#define BODY_MAX ((size_t)8 << 20)
#define BODIES_MAX 64		/* of the largest size, on their way at once */
#define TICK_MS 250
#define BODY_KEPT ((size_t)64 << 10)	/* room left to the next request */
#define READ_MAX ((size_t)64 << 10)
#define LINGER_US 2000000
#define EVENTS 64

enum phase { PHASE_HEAD, PHASE_BODY, PHASE_ANSWER, PHASE_LINGER };

/* A connection, and the request in progress on it. */
struct http_conn {
	int fd;
	enum phase phase;
	int64_t since_us;		/* in that phase, by the worker's clock */
	char *in;			/* (HTTP_HEAD_MAX + 1): n_in bytes read */
	size_t n_in, n_head;		/* of them, the head's */
	struct http_head head;
	struct http_chunks chunks;
	struct buf body;		/* of the request */
	struct buf out, answer;		/* to be sent: head, then body */
	size_t held, sent, drained;
	bool begun, last, continued;
	int closing;			/* the index in busy it is counted at */
	uint32_t events;		/* that epoll looks for */
	struct http_conn *next, **at;	/* of the worker's */
};

struct http_worker {
	struct http_server *server;
	struct thread thread;
	bool started, listening;
	int epoll;
	int mail[2];			/* a pipe of accepted descriptors */
	char date[64];			/* the header, of that second */
	time_t date_at;
	int64_t now_us;
	struct http_conn *conns;
};

struct http_server {
	struct http_opts o;
	size_t body_max;
	int64_t timeout_us;
	unsigned connections_max;
	int port, fd;
	/* requests between head and answer, by whether they began before the
	 * server was told to stop */
	_Atomic int busy[2];
	_Atomic int closing;
	_Atomic unsigned connections;
	_Atomic size_t held;		/* bytes of bodies on their way */
	_Atomic bool deaf, ending;	/* no new connection; no more at all */
	struct bell bell;		/* wakes the workers to end */
	struct http_worker *worker;
	int threads, workers;		/* to be, and started */
	_Atomic unsigned next;		/* who takes the next connection */
};

/* --- headers -------------------------------------------------------------- */

const char *
http_header(const struct http_request *r, const char *name)
{
	return http_head_line(r->handle, name);
}

void
http_add_field(struct http_response *r, const char *name, const char *value)
{
	struct http_field *f = &r->field[r->fields];

	if (r->fields == HTTP_FIELDS_MAX)
		return;
	f->name = name;
	snprintf(f->value, sizeof(f->value), "%s", value);
	r->fields++;
}

/* --- answers -------------------------------------------------------------- */

static const char *
status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} all[] = {
		{ 200, "OK" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 409, "Conflict" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].status == status)
			return all[i].text;
	return "Status";
}

/* Without the locale: "Sat, 28 Nov 2026 08:27:51 GMT".  Made once a second. */
static void
put_date(struct buf *out, struct http_worker *w)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = (time_t)(clock_wall_us() / 1000000);
	struct tm t;

	if (now != w->date_at && gmtime_r(&now, &t) != NULL) {
		snprintf(w->date, sizeof(w->date), "Date: %.3s, %02d %.3s %04d "
		    "%02d:%02d:%02d GMT\r\n", days + 3 * t.tm_wday,
		    t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900,
		    t.tm_hour, t.tm_min, t.tm_sec);
		w->date_at = now;
	}
	buf_adds(out, w->date);
}

static void
put_line(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, name);
	buf_adds(out, ": ");
	buf_adds(out, value);
	buf_adds(out, "\r\n");
}

/* Head and body of an answer, ready to be sent. */
static void
queue_answer(struct http_worker *w, struct http_conn *k,
    struct http_response *r, bool with_body)
{
	char number[NUM_TEXT_MAX];
	struct buf *out = &k->out;

	if (atomic_load_explicit(&w->server->closing, memory_order_relaxed))
		k->last = true;
	buf_adds(out, "HTTP/1.1 ");
	num_print_u64(number, (uint64_t)r->status);
	buf_adds(out, number);
	buf_addc(out, ' ');
	buf_adds(out, status_text(r->status));
	buf_adds(out, "\r\n");
	put_date(out, w);
	if (r->type)
		put_line(out, "Content-Type", r->type);
	for (int i = 0; i < r->fields; i++)
		put_line(out, r->field[i].name, r->field[i].value);
	num_print_u64(number, r->body.len);
	put_line(out, "Content-Length", number);
	buf_adds(out, k->last ? "Connection: close\r\n\r\n" : "\r\n");
	if (with_body) {
		k->answer = r->body;
		buf_init(&r->body, BUF_CAP_SMALL);
	}
}

static void
refuse_request(struct http_worker *w, struct http_conn *k, int status)
{
	struct http_response r = { .status = status,
	    .type = "application/json" };
	const char *why = status == 413 ? "the body is too large" :
	    status == 415 ? "a Content-Encoding is not understood: send the "
	    "body as it is" : status == 417 ? "nothing but 100-continue can "
	    "be expected" : status == 431 ? "the head of the request is too "
	    "large" : status == 500 ? "the answer is too large" :
	    status == 503 ? "too much at once: try again" : status == 505 ?
	    "HTTP/1.1 is spoken here" : "malformed request";

	if (status == 503)
		http_add_field(&r, "Retry-After", "1");
	buf_init(&r.body, BUF_CAP_SMALL);
	buf_addf(&r.body, "{\"error\":\"%s\"}\n", why);
	k->last = true;
	queue_answer(w, k, &r, true);
	buf_free(&r.body);
}

/* --- connections ---------------------------------------------------------- */

static void
enter_phase(struct http_worker *w, struct http_conn *k, enum phase phase)
{
	k->phase = phase;
	k->since_us = w->now_us;
}

static void
watch_for(struct http_worker *w, struct http_conn *k, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = k };

	if (events != k->events)
		(void)epoll_ctl(w->epoll, EPOLL_CTL_MOD, k->fd, &ev);
	k->events = events;
}

/* The request is over, one way or the other. */
static void
end_request(struct http_server *s, struct http_conn *k)
{
	if (k->held)
		atomic_fetch_sub(&s->held, k->held);
	if (k->begun)
		atomic_fetch_sub(&s->busy[k->closing], 1);
	k->held = 0;
	k->begun = false;
}

static void
close_conn(struct http_worker *w, struct http_conn *k)
{
	struct http_server *s = w->server;

	end_request(s, k);
	*k->at = k->next;
	if (k->next)
		k->next->at = k->at;
	close(k->fd);
	buf_free(&k->body);
	buf_free(&k->out);
	buf_free(&k->answer);
	free(k->in);
	free(k);
	atomic_fetch_sub(&s->connections, 1);
}

static void
open_conn(struct http_worker *w, int fd)
{
	struct http_conn *k = mem_zeroed(1, sizeof(*k));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = k };
	int one = 1;

	if (k == NULL || (k->in = mem_zeroed(HTTP_HEAD_MAX + 1, 1)) == NULL) {
		free(k);
		close(fd);
		atomic_fetch_sub(&w->server->connections, 1);
		return;
	}
	k->fd = fd;
	k->events = EPOLLIN;
	buf_init(&k->body, w->server->body_max);
	buf_init(&k->out, BUF_CAP_SMALL);
	buf_init(&k->answer, BUF_CAP_DOC);
	enter_phase(w, k, PHASE_HEAD);
	k->next = w->conns;
	k->at = &w->conns;
	if (k->next)
		k->next->at = &k->next;
	w->conns = k;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
		close_conn(w, k);
}

static void
listen_here(struct http_worker *w, bool yes)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE,
	    .data.ptr = w };

	if (w->listening != yes)
		(void)epoll_ctl(w->epoll, yes ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
		    w->server->fd, &ev);
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
		fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
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

/* --- requests ------------------------------------------------------------- */

/* What a step leaves to do: wait for the socket, go on, or close. */
enum step { STEP_WAIT, STEP_ON, STEP_CLOSE };

static enum step
start_answer(struct http_worker *w, struct http_conn *k)
{
	enter_phase(w, k, PHASE_ANSWER);
	return k->out.failed ? STEP_CLOSE : STEP_ON;
}

static enum step
refuse(struct http_worker *w, struct http_conn *k, int status)
{
	refuse_request(w, k, status);
	return start_answer(w, k);
}

static enum step
answer_request(struct http_worker *w, struct http_conn *k)
{
	struct http_server *s = w->server;
	struct http_response r = { .status = 200 };
	const struct http_request q = { .method = k->head.method,
	    .path = k->head.path, .query = k->head.query, .body = k->body.data, .n = k->body.len,
	    .handle = &k->head };
	int status;

	buf_init(&r.body, BUF_CAP_DOC);
	s->o.answer(s->o.ctx, &q, &r);
	w->now_us = clock_mono_us();
	status = !r.body.failed ? 0 : r.body.starved ? 503 : 500;
	if (status)
		refuse_request(w, k, status);
	else
		queue_answer(w, k, &r, strcmp(q.method, "HEAD") != 0);
	buf_free(&r.body);
	return start_answer(w, k);
}

/* Bytes of the body; beyond its end they are of the next request, which only
 * follows a body whose length was said. */
static enum step
add_body(struct http_worker *w, struct http_conn *k, const char *data,
    size_t n)
{
	struct http_server *s = w->server;
	int done;

	k->held += n;
	if (atomic_fetch_add(&s->held, n) + n > s->body_max * BODIES_MAX)
		return refuse(w, k, 503);
	if (k->head.chunked) {
		done = http_chunks_add(&k->chunks, &k->body, data, n);
	} else {
		buf_add(&k->body, data, n);
		done = k->body.len == k->head.length;
	}
	if (k->body.failed)
		return refuse(w, k, k->body.starved ? 503 : 413);
	if (done < 0)
		return refuse(w, k, 400);
	return done ? answer_request(w, k) : STEP_ON;
}

/* The head is there: may its body come?  What came of it is taken. */
static enum step
begin_body(struct http_worker *w, struct http_conn *k)
{
	struct http_server *s = w->server;
	size_t more = k->n_in - k->n_head;
	const char *coding;
	int status = http_head_parse(&k->head, k->in, k->n_head);

	if (status)
		return refuse(w, k, status);
	coding = http_head_line(&k->head, "Content-Encoding");
	if (coding && !http_is_word(coding, "identity"))
		return refuse(w, k, 415);
	if (k->head.length > s->body_max)
		return refuse(w, k, 413);
	k->last = k->head.close;
	k->begun = true;
	k->closing = atomic_load(&s->closing);
	atomic_fetch_add(&s->busy[k->closing], 1);
	memset(&k->chunks, 0, sizeof(k->chunks));
	enter_phase(w, k, PHASE_BODY);
	if (!k->head.chunked) {
		if (k->head.length == 0)
			return answer_request(w, k);
		if (more > k->head.length)
			more = (size_t)k->head.length;
		if (k->head.length < BODY_KEPT && buf_reserve(&k->body,
		    (size_t)k->head.length))
			buf_grew(&k->body, 0);
	}
	if (more == 0 && k->head.expects) {
		static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

		if (send(k->fd, go_on, sizeof(go_on) - 1, MSG_NOSIGNAL) !=
		    (ssize_t)sizeof(go_on) - 1)
			return STEP_CLOSE;
	}
	if (more == 0)
		return STEP_ON;
	k->n_head += more;		/* consumed with it */
	return add_body(w, k, k->in + k->n_head - more, more);
}

/* More bytes: 1, 0 when none are there now, -1 at the end. */
static int
receive(struct http_conn *k, char *to, size_t room, size_t *n)
{
	ssize_t got = recv(k->fd, to, room, 0);

	*n = got > 0 ? (size_t)got : 0;
	if (got > 0)
		return 1;
	return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static enum step
read_head(struct http_worker *w, struct http_conn *k)
{
	size_t n, blank = 0;
	int got;

	/* empty lines in front of a request mean nothing */
	while (blank + 1 < k->n_in && k->in[blank] == '\r' &&
	    k->in[blank + 1] == '\n')
		blank += 2;
	if (blank) {
		k->n_in -= blank;
		memmove(k->in, k->in + blank, k->n_in);
	}
	k->n_head = http_head_end(k->in, k->n_in);
	if (k->n_head)
		return begin_body(w, k);
	if (k->n_in == HTTP_HEAD_MAX)
		return refuse(w, k, 431);
	got = receive(k, k->in + k->n_in, HTTP_HEAD_MAX - k->n_in, &n);
	k->n_in += n;
	return got > 0 ? STEP_ON : got == 0 ? STEP_WAIT : STEP_CLOSE;
}

static enum step
read_body(struct http_worker *w, struct http_conn *k)
{
	static _Thread_local char room[READ_MAX];
	size_t most = sizeof(room), n;
	int got;

	if (!k->head.chunked && k->head.length - k->body.len < most)
		most = (size_t)k->head.length - k->body.len;
	got = receive(k, room, most, &n);
	if (got <= 0)
		return got == 0 ? STEP_WAIT : STEP_CLOSE;
	return add_body(w, k, room, n);
}

/* All is sent: ready for the next request, whose bytes may be there. */
static enum step
finish_request(struct http_worker *w, struct http_conn *k)
{
	end_request(w->server, k);
	if (k->last) {
		(void)shutdown(k->fd, SHUT_WR);
		enter_phase(w, k, PHASE_LINGER);
		return STEP_ON;
	}
	k->n_in -= k->n_head;
	memmove(k->in, k->in + k->n_head, k->n_in);
	k->n_head = k->sent = 0;
	if (k->body.alloc > BODY_KEPT)
		buf_free(&k->body);
	buf_free(&k->answer);
	buf_clear(&k->body);
	buf_clear(&k->out);
	enter_phase(w, k, PHASE_HEAD);
	return k->n_in ? STEP_ON : STEP_WAIT;
}

static enum step
send_answer(struct http_worker *w, struct http_conn *k)
{
	size_t head = k->sent < k->out.len ? k->out.len - k->sent : 0;
	size_t from = head ? 0 : k->sent - k->out.len;
	struct iovec part[2] = { { k->out.data + k->sent, head },
	    { k->answer.data + from, k->answer.len - from } };
	struct msghdr m = { .msg_iov = head ? part : part + 1,
	    .msg_iovlen = head ? 2 : 1 };
	ssize_t n = sendmsg(k->fd, &m, MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? STEP_WAIT :
		    STEP_CLOSE;
	k->sent += (size_t)n;
	return k->sent == k->out.len + k->answer.len ? finish_request(w, k) :
	    STEP_ON;
}

/* What was refused is read on for a while, so that the client hears why: who
 * closes with bytes unread takes the answer back. */
static enum step
linger(struct http_worker *w, struct http_conn *k)
{
	char room[4096];
	size_t n;
	int got = receive(k, room, sizeof(room), &n);

	k->drained += n;
	if (got < 0 || k->drained > w->server->body_max)
		return STEP_CLOSE;
	return got ? STEP_ON : STEP_WAIT;
}

/* As far as the socket lets it, but not for ever: others wait. */
static void
serve_conn(struct http_worker *w, struct http_conn *k)
{
	enum step step = STEP_ON;

	for (int i = 0; step == STEP_ON && i < 256; i++)
		step = k->phase == PHASE_HEAD ? read_head(w, k) :
		    k->phase == PHASE_BODY ? read_body(w, k) :
		    k->phase == PHASE_ANSWER ? send_answer(w, k) :
		    linger(w, k);
	if (step == STEP_CLOSE)
		close_conn(w, k);
	else	/* who is not done, with bytes read already, is woken at once */
		watch_for(w, k, step == STEP_ON || k->phase == PHASE_ANSWER ?
		    EPOLLOUT : EPOLLIN);
}

/* --- workers -------------------------------------------------------------- */

/* However busily a client sends a byte at a time.  `now_us` is when it was
 * last looked what came: what comes during a long answer is not late. */
static void
cut_off_late(struct http_worker *w, int64_t now_us)
{
	struct http_conn *k, *next;

	for (k = w->conns; k; k = next) {
		int64_t limit = w->server->timeout_us;

		next = k->next;
		if (k->phase == PHASE_LINGER && limit > LINGER_US)
			limit = LINGER_US;
		if (now_us - k->since_us > limit)
			close_conn(w, k);
	}
}

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

static int
listen_on(const struct http_opts *o, int *port, struct err *e)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	const char *host = o->host ? o->host : "127.0.0.1";
	int fd, one = 1;

	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		return err_set(e, ERR_USAGE, "'%s' is not an IPv4 address",
		    host);
	a.sin_port = htons((uint16_t)o->port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, "cannot make a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 511) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) < 0) {
		err_sys(e, "cannot listen on %s port %d", host, o->port);
		close(fd);
		return -1;
	}
	*port = ntohs(a.sin_port);
	return fd;
}

/* At most as many as we may open descriptors for. */
static unsigned
connections_for(const struct http_opts *o, unsigned threads)
{
	unsigned most = o->connections_max ? o->connections_max : 1024u;
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
	close(s->fd);
	free(s->worker);
	free(s);
}

static int
start_worker(struct http_worker *w, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = w->server };

	struct epoll_event mail = { .events = EPOLLIN, .data.ptr = w->mail };

	w->now_us = clock_mono_us();
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
	s->fd = listen_on(o, &s->port, e);
	if (s->fd < 0) {
		free(s);
		return -1;
	}
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
	return s->port;
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
	shutdown(s->fd, SHUT_RDWR);	/* who comes now is refused */
	while (clock_mono_us() < end && atomic_load(&s->busy[0]) +
	    atomic_load(&s->busy[1]) > 0)
		pause_ms(2);
	end_workers(s);
}
