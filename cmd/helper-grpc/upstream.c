/* Connections to the HTTP server behind, kept open, one request at a time. */
#include "call.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#define READ_STEP 65536
#define READ_MAX ((size_t)4 * READ_STEP)	/* of a connection, before others */

static void ready_upstream(struct gateway *g, struct watched *w,
    uint32_t events);

void
upstreams_init(struct gateway *g)
{
	for (int i = UPSTREAMS_MAX - 1; i >= 0; i--) {
		struct upstream *u = &g->upstream[i];

		u->w.fd = -1;
		u->w.ready = ready_upstream;
		buf_init(&u->head, HTTP_HEAD_MAX);
		buf_init(&u->json, MESSAGE_MAX);
		buf_init(&u->raw, MESSAGE_MAX);
		buf_init(&u->in, HTTP_HEAD_MAX + READ_STEP + 1);
		buf_init(&u->body, ANSWER_MAX);
		u->next = g->unused;
		g->unused = u;
	}
	g->last_waiting = &g->first_waiting;
}

void
upstreams_close(struct gateway *g)
{
	for (int i = 0; i < UPSTREAMS_MAX; i++) {
		struct upstream *u = &g->upstream[i];

		if (u->w.fd >= 0)
			watch_end(g, &u->w);
		buf_free(&u->head);
		buf_free(&u->json);
		buf_free(&u->raw);
		buf_free(&u->in);
		buf_free(&u->body);
	}
}

/* --- free ones and waiting calls ------------------------------------------ */

static void
swap_bufs(struct buf *a, struct buf *b)
{
	struct buf t = *a;

	*a = *b;
	*b = t;
}

/* As of calls; false: all hold too much together. */
static bool
count_upstream(struct gateway *g, struct upstream *u)
{
	size_t n = u->json.alloc + u->raw.alloc + u->in.alloc + u->body.alloc;

	g->held = g->held - u->held + n;
	u->held = n;
	return g->held <= HELD_MAX;
}

static void
clear_exchange(struct gateway *g, struct upstream *u)
{
	call_empty_buf(&u->json);
	call_empty_buf(&u->raw);
	call_empty_buf(&u->in);
	call_empty_buf(&u->body);
	buf_clear(&u->head);
	u->sent = u->n_head = 0;
	u->call = NULL;
	u->busy = false;
	(void)count_upstream(g, u);
}

static void ask_next(struct gateway *g);

/* It is ready for another request. */
static void
put_idle(struct gateway *g, struct upstream *u)
{
	clear_exchange(g, u);
	u->reused = true;
	u->next = g->idle;
	g->idle = u;
	watch_events(g, &u->w, EPOLLIN);
}

static void
take_from_idle(struct gateway *g, const struct upstream *u)
{
	struct upstream **p = &g->idle;

	while (*p && *p != u)
		p = &(*p)->next;
	if (*p)
		*p = u->next;
}

static void
drop_upstream(struct gateway *g, struct upstream *u)
{
	watch_end(g, &u->w);
	clear_exchange(g, u);
	u->connecting = u->reused = false;
	u->next = g->unused;
	g->unused = u;
}

/* The call hears why; NULL is fine. */
static void
fail_exchange(struct gateway *g, struct upstream *u, const char *why)
{
	struct call *c = u->call;

	drop_upstream(g, u);
	if (c) {
		c->upstream = NULL;
		call_take(g, c, 0, NULL, NULL, why);
	}
	ask_next(g);
}

static bool connect_upstream(struct gateway *g, struct upstream *u);
static bool send_request(struct gateway *g, struct upstream *u);

static size_t
request_length(const struct upstream *u)
{
	return u->head.len + u->json.len + u->raw.len;
}

/* A connection that was used before may have been closed meanwhile: then it is
 * asked once more.  Not where the server may have answered, and been heard by
 * nobody: a model is not asked twice for one call. */
static bool
ask_again(struct gateway *g, struct upstream *u)
{
	if (!u->reused || u->in.len || u->call == NULL ||
	    (u->call->posts && u->sent == request_length(u)))
		return false;
	watch_end(g, &u->w);
	u->reused = false;
	u->sent = 0;
	return connect_upstream(g, u) && (u->connecting || send_request(g, u));
}

/* --- asking --------------------------------------------------------------- */

static bool
connect_upstream(struct gateway *g, struct upstream *u)
{
	int one = 1;

	u->w.fd = socket(g->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (u->w.fd < 0)
		return false;
	if (g->address.ss_family != AF_UNIX)
		setsockopt(u->w.fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
	u->opened_us = g->now_us;
	u->connecting = connect(u->w.fd, (struct sockaddr *)&g->address,
	    g->address_len) < 0;
	if ((u->connecting && errno != EINPROGRESS) ||
	    watch_begin(g, &u->w, EPOLLIN | (u->connecting ? EPOLLOUT :
	    0)) < 0) {
		close(u->w.fd);
		u->w.fd = -1;
		return false;
	}
	return true;
}

static void
write_head(struct gateway *g, struct upstream *u)
{
	const struct call *c = u->call;
	char timeout[GRPC_TIMEOUT_MAX];
	struct buf *b = &u->head;

	buf_adds(b, c->posts ? "POST " : "GET ");
	buf_add(b, c->path.data, c->path.len);
	buf_adds(b, " HTTP/1.1\r\nHost: ");
	buf_adds(b, g->host);
	if (c->authorization) {
		buf_adds(b, "\r\nAuthorization: ");
		buf_adds(b, c->authorization);
	}
	if (c->unit) {
		buf_adds(b, "\r\nX-Unit-Id: ");
		buf_adds(b, c->unit);
	}
	if (c->deadline_us) {
		grpc_timeout_print(timeout, c->deadline_us - g->now_us);
		buf_adds(b, "\r\ngrpc-timeout: ");
		buf_adds(b, timeout);
	}
	if (c->posts)
		buf_addf(b, "\r\nContent-Type: %s\r\nContent-Length: %zu",
		    u->raw.len ? "application/octet-stream" :
		    "application/json", u->json.len + u->raw.len);
	if (u->raw.len)
		buf_addf(b, "\r\nInference-Header-Content-Length: %zu",
		    u->json.len);
	buf_adds(b, "\r\n\r\n");
}

/* As much as the socket takes; false: it is broken. */
static bool
send_request(struct gateway *g, struct upstream *u)
{
	const struct buf *part[] = { &u->head, &u->json, &u->raw };
	size_t all = request_length(u);

	while (u->sent < all) {
		struct iovec v[3];
		size_t skip = u->sent;
		ssize_t n;
		int k = 0;

		for (int i = 0; i < 3; i++) {
			size_t s = skip < part[i]->len ? skip : part[i]->len;

			skip -= s;
			if (part[i]->len > s)
				v[k++] = (struct iovec){ part[i]->data + s,
				    part[i]->len - s };
		}
		n = writev(u->w.fd, v, k);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return false;
		if (n < 0)
			break;
		u->sent += (size_t)n;
	}
	watch_events(g, &u->w, EPOLLIN | (u->sent < all ? EPOLLOUT : 0));
	return true;
}

/* What the server closed is told late by epoll, and a request that is sent
 * there may not be sent again. */
static bool
is_open(const struct upstream *u)
{
	char c;

	return recv(u->w.fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	    errno == EAGAIN;
}

static struct upstream *
find_free(struct gateway *g)
{
	struct upstream *u;

	while ((u = g->idle) != NULL) {
		g->idle = u->next;
		if (is_open(u))
			return u;
		drop_upstream(g, u);
	}
	u = g->unused;
	if (u)
		g->unused = u->next;
	return u;
}

/* It was asked nothing. */
static void
put_back(struct gateway *g, struct upstream *u)
{
	if (u->w.fd >= 0) {
		put_idle(g, u);
		return;
	}
	clear_exchange(g, u);
	u->next = g->unused;
	g->unused = u;
}

static void
begin_exchange(struct gateway *g, struct upstream *u, struct call *c)
{
	u->next = NULL;
	u->busy = true;
	u->call = c;
	u->since_us = g->now_us;
	c->upstream = u;
	swap_bufs(&u->json, &c->json);
	swap_bufs(&u->raw, &c->raw);
	(void)count_upstream(g, u);
	(void)call_count(g, c);
	write_head(g, u);
	if (u->head.failed) {
		c->upstream = NULL;
		put_back(g, u);
		call_fail(g, c, GRPC_RESOURCE_EXHAUSTED, "the names and "
		    "metadata of the call are too long");
		return;
	}
	if (u->w.fd < 0 && !connect_upstream(g, u)) {
		const char *why = strerror(errno);

		c->upstream = NULL;
		put_back(g, u);
		call_take(g, c, 0, NULL, NULL, why);
		return;
	}
	if (!u->connecting && !send_request(g, u) && !ask_again(g, u))
		fail_exchange(g, u, "the connection broke");
}

void
upstream_ask(struct gateway *g, struct call *c)
{
	struct upstream *u = g->first_waiting ? NULL : find_free(g);

	if (u) {
		begin_exchange(g, u, c);
		return;
	}
	if (g->waiting == WAITING_MAX) {
		call_fail(g, c, GRPC_RESOURCE_EXHAUSTED, "the server has too "
		    "much to do: too many calls wait");
		return;
	}
	c->waits = true;
	c->waiting = NULL;
	*g->last_waiting = c;
	g->last_waiting = &c->waiting;
	g->waiting++;
}

static struct call *
take_waiting(struct gateway *g)
{
	struct call *c = g->first_waiting;

	g->first_waiting = c->waiting;
	if (c->waiting == NULL)
		g->last_waiting = &g->first_waiting;
	c->waits = false;
	g->waiting--;
	return c;
}

static void
ask_next(struct gateway *g)
{
	struct upstream *u;

	while (g->first_waiting && (u = find_free(g)) != NULL)
		begin_exchange(g, u, take_waiting(g));
}

void
upstream_forget(struct gateway *g, struct call *c)
{
	struct call **p = &g->first_waiting;

	if (c->upstream)
		c->upstream->call = NULL;
	c->upstream = NULL;
	if (!c->waits)
		return;
	while (*p != c)
		p = &(*p)->waiting;
	*p = c->waiting;
	if (*p == NULL)
		g->last_waiting = p;
	c->waits = false;
	g->waiting--;
}

/* --- answers -------------------------------------------------------------- */

static void
end_exchange(struct gateway *g, struct upstream *u)
{
	struct call *c = u->call;

	if (c) {
		c->upstream = NULL;
		u->call = NULL;
		call_take(g, c, u->status, &u->answer, &u->body, NULL);
	}
	if (u->answer.close)
		drop_upstream(g, u);
	else
		put_idle(g, u);
	ask_next(g);
}

/* More of the body.  1: the answer is there, 0: more must come, -1: it is
 * none. */
static int
add_body(struct upstream *u, const char *s, size_t n)
{
	int r;

	if (u->answer.chunked) {
		r = http_chunks_add(&u->chunks, &u->body, s, n);
		return u->body.failed ? -1 : r;
	}
	buf_add(&u->body, s, n);
	if (u->body.failed || u->body.len > u->answer.length)
		return -1;
	return u->body.len == u->answer.length;
}

/* The head lies in `in`, to which nothing is added when it is there. */
static int
add_bytes(struct upstream *u, const char *s, size_t n)
{
	if (u->n_head)
		return add_body(u, s, n);
	buf_add(&u->in, s, n);
	u->n_head = http_head_end(u->in.data, u->in.len);
	if (u->n_head == 0)
		return u->in.len > HTTP_HEAD_MAX ? -1 : 0;
	memset(&u->chunks, 0, sizeof(u->chunks));
	u->status = http_head_parse_answer(&u->answer, u->in.data, u->n_head);
	if (u->status < 200 || u->answer.length > ANSWER_MAX)
		return -1;
	return add_body(u, u->in.data + u->n_head, u->in.len - u->n_head);
}

static void
read_upstream(struct gateway *g, struct upstream *u)
{
	static char room[READ_STEP];
	size_t took = 0;
	ssize_t n;
	int r = 0;

	do {
		n = read(u->w.fd, room, sizeof(room));
		if (n > 0) {
			took += (size_t)n;
			r = add_bytes(u, room, (size_t)n);
		}
	} while (r == 0 && (n == READ_STEP || (n < 0 && errno == EINTR)) &&
	    took < READ_MAX);
	if (r > 0)
		end_exchange(g, u);
	else if (r < 0)
		fail_exchange(g, u, "its answer is malformed or too long");
	else if (!count_upstream(g, u))
		fail_exchange(g, u, "too much is on its way from it");
	else if ((n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) &&
	    !ask_again(g, u))
		fail_exchange(g, u, "the connection broke");
}

static void
ready_upstream(struct gateway *g, struct watched *w, uint32_t events)
{
	struct upstream *u = (struct upstream *)w;
	int why = 0;
	socklen_t n = sizeof(why);

	/* what was told of a connection that it had before in this round */
	if (w->fd < 0 || (u->connecting && u->opened_us == g->now_us))
		return;
	if (!u->busy) {
		/* closed, or it speaks unasked */
		take_from_idle(g, u);
		drop_upstream(g, u);
		return;
	}
	if (u->connecting) {
		if (getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &why, &n) < 0 ||
		    why) {
			fail_exchange(g, u, strerror(why));
			return;
		}
		u->connecting = false;
	}
	/* it may have answered before it closed */
	if ((events & EPOLLOUT && !send_request(g, u)) ||
	    events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		read_upstream(g, u);
}

void
upstreams_look(struct gateway *g)
{
	for (int i = 0; i < UPSTREAMS_MAX; i++) {
		struct upstream *u = &g->upstream[i];

		if (u->busy && g->now_us - u->since_us > ANSWER_US)
			fail_exchange(g, u, "it did not answer in time");
	}
}
