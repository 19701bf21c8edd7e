/* Connections: requests read, answers sent, the late cut off. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "codec/http/internal.h"

#define BODY_KEPT ((size_t)64 << 10)	/* room left to the next request */
#define READ_MAX ((size_t)64 << 10)
#define RECORD_MAX ((size_t)16 << 10)	/* of TLS */
#define LINGER_US 2000000
#define CROWDED_US 1000000	/* an idle connection where all are taken */

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

void
close_conn(struct http_worker *w, struct http_conn *k)
{
	struct http_server *s = w->server;

	end_request(s, k);
	*k->at = k->next;
	if (k->next)
		k->next->at = k->at;
	/* what was cut off has not ended */
	if (k->tls && k->phase < PHASE_ANSWER)
		tls_say_end(k->tls);
	tls_session_free(k->tls);
	close(k->fd);
	buf_free(&k->body);
	buf_free(&k->out);
	buf_free(&k->answer);
	free(k->in);
	free(k);
	atomic_fetch_sub(&s->connections, 1);
}

void
open_conn(struct http_worker *w, int fd)
{
	struct http_conn *k = mem_zeroed(1, sizeof(*k));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = k };
	int one = 1;

	if (k == NULL) {
		close(fd);
		atomic_fetch_sub(&w->server->connections, 1);
		return;
	}
	k->fd = fd;
	k->worker = w;
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

/* --- the wire ------------------------------------------------------------- */

/* When bytes came, which may have waited for us: as the kernel noted. */
static int64_t
arrival_us(const struct http_worker *w, struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct timespec t;
	int64_t ago;

	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_TIMESTAMPNS)
		return w->now_us;
	memcpy(&t, CMSG_DATA(c), sizeof(t));
	ago = clock_wall_us() - ((int64_t)t.tv_sec * 1000000 +
	    t.tv_nsec / 1000);
	/* a clock that was set says nothing */
	return ago < 0 || ago > 3600000000 ? w->now_us : clock_mono_us() - ago;
}

/* As recvmsg; notes when it came. */
static ssize_t
receive_raw(void *ctx, void *to, size_t room)
{
	struct http_conn *k = ctx;
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct timespec))];
	} control;
	struct iovec part = { to, room };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t got = recvmsg(k->fd, &m, 0);

	if (got > 0)
		k->came_us = arrival_us(k->worker, &m);
	return got;
}

static ssize_t
transmit_raw(void *ctx, const void *from, size_t n)
{
	struct http_conn *k = ctx;

	return send(k->fd, from, n, MSG_NOSIGNAL);
}

/* TLS where it is asked for, when the first bytes are there. */
static bool
begin_tls(struct http_conn *k)
{
	struct tls *t = k->worker->server->o.tls;
	const struct tls_link l = { receive_raw, transmit_raw, k };

	return t == NULL || (k->tls = tls_session_new(t, &l)) != NULL;
}

/* How reading and writing go: some was, none can be now, the end (or an
 * error), or a client that speaks without the TLS that is spoken here. */
enum wire { WIRE_SOME, WIRE_WAIT, WIRE_END, WIRE_PLAIN };

static enum wire
wire_of_tls(enum tls_step step)
{
	return step == TLS_DONE ? WIRE_SOME : step == TLS_WAIT ? WIRE_WAIT :
	    step == TLS_PLAIN ? WIRE_PLAIN : WIRE_END;
}

static enum wire
wire_of_raw(ssize_t n)
{
	return n >= 0 ? WIRE_SOME : errno == EAGAIN || errno == EINTR ?
	    WIRE_WAIT : WIRE_END;
}

static enum wire
receive(struct http_conn *k, void *to, size_t room, size_t *n)
{
	ssize_t got;

	if (k->tls)
		return wire_of_tls(tls_read(k->tls, to, room, n));
	got = receive_raw(k, to, room);
	*n = got > 0 ? (size_t)got : 0;
	return got == 0 ? WIRE_END : wire_of_raw(got);
}

/* Of two parts in TLS, whose records are sealed one by one: a head and a short
 * body go as one. */
static enum wire
transmit_sealed(struct http_conn *k, const struct iovec *part, size_t *n)
{
	static _Thread_local char room[RECORD_MAX];
	size_t first = part[0].iov_len, more = part[1].iov_len;

	if (first == 0)
		return wire_of_tls(tls_write(k->tls, part[1].iov_base, more,
		    n));
	if (more == 0 || first >= sizeof(room))
		return wire_of_tls(tls_write(k->tls, part[0].iov_base, first,
		    n));
	if (more > sizeof(room) - first)
		more = sizeof(room) - first;
	memcpy(room, part[0].iov_base, first);
	memcpy(room + first, part[1].iov_base, more);
	return wire_of_tls(tls_write(k->tls, room, first + more, n));
}

/* Some of two parts, which are not both empty. */
static enum wire
transmit(struct http_conn *k, struct iovec *part, size_t *n)
{
	bool one = part[0].iov_len == 0;
	struct msghdr m = { .msg_iov = part + one, .msg_iovlen = one ? 1 : 2 };
	ssize_t sent;

	if (k->tls)
		return transmit_sealed(k, part, n);
	sent = sendmsg(k->fd, &m, MSG_NOSIGNAL);
	*n = sent > 0 ? (size_t)sent : 0;
	return wire_of_raw(sent);
}

/* --- requests ------------------------------------------------------------- */

/* What a step leaves to do: wait for the socket, go on, or close. */
enum step { STEP_WAIT, STEP_ON, STEP_CLOSE };

static enum step
next_step(enum wire wire)
{
	return wire == WIRE_SOME ? STEP_ON : wire == WIRE_WAIT ? STEP_WAIT :
	    STEP_CLOSE;
}

static enum step
start_answer(struct http_worker *w, struct http_conn *k)
{
	enter_phase(w, k, PHASE_ANSWER);
	return k->out.failed ? STEP_CLOSE : STEP_ON;
}

static enum step
refuse(struct http_worker *w, struct http_conn *k, int status)
{
	refuse_request(w, k, status, NULL);
	return start_answer(w, k);
}

/* Told in his words, of which nothing was read as a request. */
static enum step
refuse_plain(struct http_worker *w, struct http_conn *k)
{
	tls_session_free(k->tls);
	k->tls = NULL;
	refuse_request(w, k, 400, "TLS is spoken here: ask with https://");
	return start_answer(w, k);
}

static struct http_request
request_of(struct http_conn *k)
{
	return (struct http_request){ .method = k->head.method,
	    .path = k->head.path, .query = k->head.query,
	    .body = k->body.data, .n = k->body.len, .begun_us = k->begun_us,
	    .came_us = k->came_us, .handle = &k->head };
}

static enum step
answer_request(struct http_worker *w, struct http_conn *k)
{
	struct http_server *s = w->server;
	struct http_response r = { .status = 200 };
	const struct http_request q = request_of(k);
	int status;

	buf_init(&r.body, BUF_CAP_DOC);
	s->o.answer(s->o.ctx, &q, &r);
	w->now_us = clock_mono_us();
	status = !r.body.failed ? 0 : r.body.starved ? 503 : 500;
	if (status)
		refuse_request(w, k, status, NULL);
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

/* Whoever may not ask is told so before a body of his is read, which would
 * be the last thing of the connection. */
static bool
is_admitted(struct http_worker *w, struct http_conn *k)
{
	const struct http_opts *o = &w->server->o;
	struct http_response r = { .status = 200 };
	const struct http_request q = request_of(k);
	bool yes;

	if (o->admit == NULL)
		return true;
	buf_init(&r.body, BUF_CAP_DOC);
	yes = o->admit(o->ctx, &q, &r);
	if (!yes) {
		k->last |= k->head.chunked || k->head.length > 0;
		queue_answer(w, k, &r, strcmp(q.method, "HEAD") != 0);
	}
	buf_free(&r.body);
	return yes;
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
	if (!is_admitted(w, k))
		return start_answer(w, k);
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
		char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
		struct iovec part[2] = { { NULL, 0 },
		    { go_on, sizeof(go_on) - 1 } };
		size_t n;

		if (transmit(k, part, &n) != WIRE_SOME ||
		    n != sizeof(go_on) - 1)
			return STEP_CLOSE;
	}
	if (more == 0)
		return STEP_ON;
	k->n_head += more;		/* consumed with it */
	return add_body(w, k, k->in + k->n_head - more, more);
}

static enum step
read_head(struct http_worker *w, struct http_conn *k)
{
	size_t n, blank = 0;
	enum wire got;

	/* who says nothing costs little */
	if (k->in == NULL &&
	    ((k->in = mem_zeroed(HTTP_HEAD_MAX + 1, 1)) == NULL ||
	    !begin_tls(k)))
		return STEP_CLOSE;
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
	if (k->n_in == 0)
		k->begun_us = k->came_us;
	k->n_in += n;
	return got == WIRE_PLAIN ? refuse_plain(w, k) : next_step(got);
}

static enum step
read_body(struct http_worker *w, struct http_conn *k)
{
	static _Thread_local char room[READ_MAX];
	size_t most = sizeof(room), n;
	enum wire got;

	if (!k->head.chunked && k->head.length - k->body.len < most)
		most = (size_t)k->head.length - k->body.len;
	got = receive(k, room, most, &n);
	return got == WIRE_SOME ? add_body(w, k, room, n) : next_step(got);
}

/* All is sent: ready for the next request, whose bytes may be there. */
static enum step
finish_request(struct http_worker *w, struct http_conn *k)
{
	end_request(w->server, k);
	if (k->last) {
		if (k->tls)
			tls_say_end(k->tls);
		(void)shutdown(k->fd, SHUT_WR);
		enter_phase(w, k, PHASE_LINGER);
		return STEP_ON;
	}
	k->n_in -= k->n_head;
	memmove(k->in, k->in + k->n_head, k->n_in);
	k->n_head = k->sent = 0;
	k->begun_us = k->came_us;
	if (k->body.alloc > BODY_KEPT)
		buf_free(&k->body);
	buf_free(&k->answer);
	buf_clear(&k->body);
	buf_clear(&k->out);
	enter_phase(w, k, PHASE_HEAD);
	return k->n_in || (k->tls && tls_has_more(k->tls)) ? STEP_ON :
	    STEP_WAIT;
}

static enum step
send_answer(struct http_worker *w, struct http_conn *k)
{
	size_t head = k->sent < k->out.len ? k->out.len - k->sent : 0;
	size_t from = head ? 0 : k->sent - k->out.len;
	struct iovec part[2] = { { k->out.data + k->sent, head },
	    { k->answer.data + from, k->answer.len - from } };
	size_t n;
	enum wire sent = transmit(k, part, &n);

	if (sent != WIRE_SOME)
		return next_step(sent);
	k->sent += n;
	return k->sent == k->out.len + k->answer.len ? finish_request(w, k) :
	    STEP_ON;
}

/* What was refused is read on for a while, so that the client hears why: who
 * closes with bytes unread takes the answer back. */
static enum step
linger(struct http_worker *w, struct http_conn *k)
{
	char room[4096];
	ssize_t n = receive_raw(k, room, sizeof(room));

	k->drained += n > 0 ? (size_t)n : 0;
	if (n == 0 || k->drained > w->server->body_max)
		return STEP_CLOSE;
	return next_step(wire_of_raw(n));
}

/* TLS may have to send in order to read. */
static bool
waits_to_send(const struct http_conn *k)
{
	return k->tls && k->phase != PHASE_LINGER ?
	    tls_waits_to_send(k->tls) : k->phase == PHASE_ANSWER;
}

void
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
		watch_for(w, k, step == STEP_ON || waits_to_send(k) ?
		    EPOLLOUT : EPOLLIN);
}

void
cut_off_late(struct http_worker *w, int64_t now_us)
{
	/* others wait to be accepted: who only holds a connection goes */
	bool full = atomic_load(&w->server->connections) >=
	    w->server->connections_max;
	struct http_conn *k, *next;

	for (k = w->conns; k; k = next) {
		int64_t limit = w->server->timeout_us;

		next = k->next;
		if (full && k->phase == PHASE_HEAD && k->n_in == 0 &&
		    limit > CROWDED_US)
			limit = CROWDED_US;
		if (k->phase == PHASE_LINGER && limit > LINGER_US)
			limit = LINGER_US;
		if (now_us - k->since_us > limit)
			close_conn(w, k);
	}
}
