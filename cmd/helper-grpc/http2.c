/* Clients: HTTP/2 through nghttp2, with bounds on what one may cost. */
#define _GNU_SOURCE
#include "call.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"

#define UNWANTED_MAX (1 << 20)
#define READ_STEP 65536
#define READS 4				/* of a client, before others */
#define TLS_READS 16			/* a record each */
#define OUT_MAX 65536			/* of frames made before they are sent */
#define WINDOW (1 << 20)		/* bytes of a call on their way */
#define CLIENT_WINDOW (4 << 20)		/* of all calls of a client */
/* Frames that ask nothing, and calls taken back: so many at once, and again
 * so many a second. */
#define IDLE_FRAMES 10000
#define IDLE_FRAMES_S 1000
#define RESETS 1000
#define RESETS_S 100
#define CONTINUED_MAX 32		/* frames of a call's headers */
#define HEADERS_LEFT ((size_t)8 * HEADERS_MAX)	/* read, to say why not */

struct allowance {
	double left;
	int64_t at_us;
};

struct client {
	struct watched w;		/* first */
	struct client *next, **at;	/* of all */
	struct client *next_stirred;
	bool stirred, begun, closing, hungry;
	struct gateway *gateway;
	nghttp2_session *h2;
	struct tls_session *tls;	/* NULL: plain text */
	int64_t opened_us, heard_us, sent_us;	/* sent: it took something */
	unsigned calls, continued;
	struct allowance idle_frames, resets;
	struct buf out;
	size_t sent;
};

static void
stir(struct client *k)
{
	struct gateway *g = k->gateway;

	if (k->stirred)
		return;
	k->stirred = true;
	k->next_stirred = g->stirred;
	g->stirred = k;
}

/* False: it is used up. */
static bool
spend(struct allowance *a, int64_t now_us, double most, double a_second)
{
	a->left += (double)(now_us - a->at_us) / 1e6 * a_second;
	if (a->left > most)
		a->left = most;
	a->at_us = now_us;
	a->left -= 1;
	return a->left >= 0;
}

/* --- bytes, behind TLS or not ---------------------------------------------- */

static ssize_t
receive_raw(void *ctx, void *to, size_t n)
{
	const struct client *k = ctx;

	return read(k->w.fd, to, n);
}

static ssize_t
transmit_raw(void *ctx, const void *from, size_t n)
{
	const struct client *k = ctx;

	return write(k->w.fd, from, n);
}

/* As read(2) and write(2). */
static ssize_t
receive(struct client *k, void *to, size_t room)
{
	size_t n;

	if (k->tls == NULL)
		return receive_raw(k, to, room);
	switch (tls_read(k->tls, to, room, &n)) {
	case TLS_DONE:
		return (ssize_t)n;
	case TLS_WAIT:
		errno = EAGAIN;
		return -1;
	default:
		return 0;
	}
}

static ssize_t
transmit(struct client *k, const void *from, size_t n)
{
	enum tls_step step;
	size_t done;

	if (k->tls == NULL)
		return transmit_raw(k, from, n);
	step = tls_write(k->tls, from, n, &done);
	if (step == TLS_DONE)
		return (ssize_t)done;
	errno = step == TLS_WAIT ? EAGAIN : EPIPE;
	return -1;
}

/* What to wait for; `full`: it did not take all that there was to send. */
static uint32_t
events_of(const struct client *k, bool full)
{
	bool to_send = k->tls ? tls_waits_to_send(k->tls) : full;

	return EPOLLIN | (to_send ? EPOLLOUT : 0);
}

static void
end_bytes(struct client *k)
{
	if (k->tls)
		tls_say_end(k->tls);
	tls_session_free(k->tls);
}

/* --- what comes ----------------------------------------------------------- */

/* It ends as soon as why could be told; -1 ends reading. */
static int
end_flood(struct client *k)
{
	(void)nghttp2_session_terminate_session(k->h2,
	    NGHTTP2_ENHANCE_YOUR_CALM);
	k->closing = true;
	return NGHTTP2_ERR_CALLBACK_FAILURE;
}

/* Every frame, before it is read; those that continue headers are told of
 * here alone. */
static int
begin_frame(nghttp2_session *h2, const nghttp2_frame_hd *hd, void *ctx)
{
	struct client *k = ctx;

	(void)h2;
	if (hd->type != NGHTTP2_CONTINUATION)
		k->continued = 0;
	else if (++k->continued > CONTINUED_MAX)
		return end_flood(k);
	return 0;
}

static int
begin_headers(nghttp2_session *h2, const nghttp2_frame *frame, void *ctx)
{
	struct client *k = ctx;
	struct gateway *g = k->gateway;
	struct call *c;

	if (frame->hd.type != NGHTTP2_HEADERS ||
	    frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	if (g->ending || g->held > HELD_MAX) {
		nghttp2_submit_rst_stream(h2, NGHTTP2_FLAG_NONE,
		    frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
		return 0;
	}
	c = call_new(g, k, frame->hd.stream_id);
	k->calls++;
	nghttp2_session_set_stream_user_data(h2, frame->hd.stream_id, c);
	return 0;
}

static int
take_header(nghttp2_session *h2, const nghttp2_frame *frame,
    const uint8_t *name, size_t n_name, const uint8_t *value, size_t n,
    uint8_t flags, void *ctx)
{
	struct call *c = nghttp2_session_get_stream_user_data(h2,
	    frame->hd.stream_id);

	(void)flags;
	if (c == NULL || c->headers_end)
		return 0;
	call_header(c, (const char *)name, n_name, (const char *)value, n);
	/* one byte may stand for 4 KiB */
	return c->headers > HEADERS_LEFT ? end_flood(ctx) : 0;
}

void
client_cut(struct gateway *g, struct call *c)
{
	(void)g;
	c->since_us = INT64_MAX / 2;	/* once */
	c->unwanted = 0;
	nghttp2_submit_rst_stream(c->client->h2, NGHTTP2_FLAG_NONE, c->stream,
	    c->status == GRPC_OK ? NGHTTP2_CANCEL : NGHTTP2_NO_ERROR);
	stir(c->client);
}

static int
take_data(nghttp2_session *h2, uint8_t flags, int32_t stream,
    const uint8_t *s, size_t n, void *ctx)
{
	struct client *k = ctx;
	struct call *c = nghttp2_session_get_stream_user_data(h2, stream);

	(void)flags;
	if (c == NULL)
		return 0;
	/* what still comes of a call that was answered is not wanted */
	if (!c->answered)
		call_data(k->gateway, c, (const char *)s, n);
	else if ((c->unwanted += n) > UNWANTED_MAX && c->kept)
		call_let_go(k->gateway, c);
	else if (c->unwanted > UNWANTED_MAX && c->told)
		client_cut(k->gateway, c);
	return 0;
}

static bool
asks_nothing(const nghttp2_frame *f)
{
	switch (f->hd.type) {
	case NGHTTP2_PING:
		return !(f->hd.flags & NGHTTP2_FLAG_ACK);
	case NGHTTP2_SETTINGS:
	case NGHTTP2_PRIORITY:
		return true;
	case NGHTTP2_DATA:
		return f->hd.length == 0 &&
		    !(f->hd.flags & NGHTTP2_FLAG_END_STREAM);
	case NGHTTP2_WINDOW_UPDATE:
		return f->window_update.window_size_increment < 64;
	default:
		return f->hd.type > NGHTTP2_CONTINUATION;
	}
}

/* Is it more than a client may? */
static bool
is_flood(struct client *k, const nghttp2_frame *f)
{
	int64_t now = k->gateway->now_us;

	if (f->hd.type == NGHTTP2_RST_STREAM)
		return !spend(&k->resets, now, RESETS, RESETS_S);
	return asks_nothing(f) && !spend(&k->idle_frames, now, IDLE_FRAMES,
	    IDLE_FRAMES_S);
}

static int
take_frame(nghttp2_session *h2, const nghttp2_frame *f, void *ctx)
{
	struct client *k = ctx;
	struct call *c;

	k->begun |= f->hd.type == NGHTTP2_SETTINGS;
	if (is_flood(k, f))
		return end_flood(k);
	if (f->hd.type != NGHTTP2_HEADERS && f->hd.type != NGHTTP2_DATA)
		return 0;
	c = nghttp2_session_get_stream_user_data(h2, f->hd.stream_id);
	if (c == NULL)
		return 0;
	if (f->hd.type == NGHTTP2_HEADERS)
		call_headers_end(k->gateway, c);
	if (f->hd.flags & NGHTTP2_FLAG_END_STREAM)
		call_end(k->gateway, c);
	return 0;
}

/* A frame may be wrong on purpose, to have its call taken back by us; an answer
 * that came early takes nothing back. */
static int
sent_frame(nghttp2_session *h2, const nghttp2_frame *f, void *ctx)
{
	struct client *k = ctx;
	struct call *c;

	if (f->hd.type == NGHTTP2_HEADERS &&
	    f->hd.flags & NGHTTP2_FLAG_END_STREAM) {
		c = nghttp2_session_get_stream_user_data(h2, f->hd.stream_id);
		if (c)
			c->told = true;
	} else if (f->hd.type == NGHTTP2_RST_STREAM &&
	    f->rst_stream.error_code != NGHTTP2_NO_ERROR && !k->closing &&
	    !spend(&k->resets, k->gateway->now_us, RESETS, RESETS_S)) {
		(void)end_flood(k);
	}
	return 0;
}

static int
close_stream(nghttp2_session *h2, int32_t stream, uint32_t why, void *ctx)
{
	struct client *k = ctx;
	struct call *c = nghttp2_session_get_stream_user_data(h2, stream);

	(void)why;
	if (c) {
		nghttp2_session_set_stream_user_data(h2, stream, NULL);
		k->calls--;
		call_leave(k->gateway, c);
	}
	return 0;
}

/* --- answers -------------------------------------------------------------- */

#define HEADERS_AT_MOST 12

struct headers {
	nghttp2_nv v[HEADERS_AT_MOST];
	size_t n;
};

/* The value lives until the frame is made. */
static void
add_header(struct headers *h, const char *name, const char *value)
{
	h->v[h->n++] = (nghttp2_nv){ .name = (uint8_t *)(uintptr_t)name,
	    .namelen = strlen(name), .value = (uint8_t *)(uintptr_t)value,
	    .valuelen = strlen(value), .flags = NGHTTP2_NV_FLAG_NONE };
}

static char *
print_status(struct call *c)
{
	return arena_printf(&c->a, "%d", (int)c->status);
}

static ssize_t
read_answer(nghttp2_session *h2, int32_t stream, uint8_t *to, size_t room,
    uint32_t *flags, nghttp2_data_source *source, void *ctx)
{
	struct call *c = source->ptr;
	struct headers trailer = { .n = 0 };
	size_t n = c->out.len - c->sent;

	(void)ctx;
	if (n > room)
		n = room;
	memcpy(to, c->out.data + c->sent, n);
	c->sent += n;
	if (c->sent == c->out.len) {
		*flags |= NGHTTP2_DATA_FLAG_EOF |
		    NGHTTP2_DATA_FLAG_NO_END_STREAM;
		add_header(&trailer, "grpc-status", "0");
		if (nghttp2_submit_trailer(h2, stream, trailer.v,
		    trailer.n) != 0)
			return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	}
	return (ssize_t)n;
}

/* A request that is no gRPC is answered as HTTP has it. */
static void
refuse_http(nghttp2_session *h2, struct call *c)
{
	struct headers h = { .n = 0 };

	add_header(&h, ":status", c->headers > HEADERS_MAX ? "431" :
	    c->is_post ? "415" : "405");
	nghttp2_submit_response(h2, c->stream, h.v, h.n, NULL);
}

void
client_answer(struct gateway *g, struct call *c)
{
	nghttp2_session *h2 = c->client->h2;
	nghttp2_data_provider from = { .source.ptr = c,
	    .read_callback = read_answer };
	struct headers h = { .n = 0 };

	(void)g;
	stir(c->client);
	if (!c->is_grpc || !c->is_post) {
		refuse_http(h2, c);
		return;
	}
	add_header(&h, ":status", "200");
	add_header(&h, "content-type", "application/grpc");
	add_header(&h, "grpc-accept-encoding", "identity,gzip");
	for (int i = 0; i < c->fields; i++)
		add_header(&h, c->field[i].name, c->field[i].value);
	if (c->status == GRPC_OK) {
		nghttp2_submit_response(h2, c->stream, h.v, h.n, &from);
		return;
	}
	add_header(&h, "grpc-status", print_status(c));
	add_header(&h, "grpc-message", c->text.data);
	if (c->again_ms)
		add_header(&h, "grpc-retry-pushback-ms", arena_printf(&c->a,
		    "%lld", (long long)c->again_ms));
	nghttp2_submit_response(h2, c->stream, h.v, h.n, NULL);
}

/* --- life ----------------------------------------------------------------- */

static void
leave_calls(struct client *k)
{
	struct gateway *g = k->gateway;
	struct call *c, *next;

	for (c = g->calls; c && k->calls; c = next) {
		next = c->next;
		if (c->client == k) {
			k->calls--;
			call_leave(g, c);
		}
	}
}

static void
close_client(struct client *k)
{
	struct gateway *g = k->gateway;
	struct client **p = &g->stirred;

	while (*p && *p != k)
		p = &(*p)->next_stirred;
	if (*p)
		*p = k->next_stirred;
	leave_calls(k);
	nghttp2_session_del(k->h2);
	end_bytes(k);
	watch_end(g, &k->w);
	*k->at = k->next;
	if (k->next)
		k->next->at = k->at;
	g->n_clients--;
	buf_free(&k->out);
	free(k);
}

static void
read_client(struct client *k)
{
	static char room[READ_STEP];
	int reads = k->tls ? TLS_READS : READS;
	ssize_t n = 0;

	for (int i = 0; i < reads && !k->closing; i++) {
		n = receive(k, room, sizeof(room));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		k->heard_us = k->gateway->now_us;
		if (nghttp2_session_mem_recv(k->h2, (uint8_t *)room,
		    (size_t)n) < 0)
			k->closing = true;
		if (n < READ_STEP && k->tls == NULL)
			break;
	}
	k->hungry = n > 0 && k->tls && !k->closing;
	k->gateway->hungry |= k->hungry;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		k->closing = true;
		k->out.len = k->sent;	/* nobody reads it */
	}
}

static void
ready_client(struct gateway *g, struct watched *w, uint32_t events)
{
	struct client *k = (struct client *)w;

	(void)g;
	/* TLS may have to send before it reads */
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) || k->tls)
		read_client(k);
	stir(k);
}

void
clients_read_on(struct gateway *g)
{
	if (!g->hungry)
		return;
	g->hungry = false;
	for (struct client *k = g->clients; k; k = k->next)
		if (k->hungry) {
			read_client(k);
			stir(k);
		}
}

/* Frames into k->out as long as there is room. */
static void
make_frames(struct client *k)
{
	if (k->sent == k->out.len) {
		buf_clear(&k->out);
		k->sent = 0;
	}
	while (k->out.len < OUT_MAX) {
		const uint8_t *s;
		ssize_t n = nghttp2_session_mem_send(k->h2, &s);

		if (n < 0)
			k->closing = true;
		if (n <= 0)
			return;
		buf_add(&k->out, s, (size_t)n);
	}
}

/* False: it is broken. */
static bool
send_frames(struct client *k)
{
	for (;;) {
		ssize_t n;

		make_frames(k);
		if (k->sent == k->out.len)
			break;
		n = transmit(k, k->out.data + k->sent, k->out.len - k->sent);
		if (n < 0 && errno == EINTR)
			continue;
		/* what it does not take now, it does not hear */
		if (n < 0 && (errno != EAGAIN || k->closing))
			return false;
		if (n < 0) {
			watch_events(k->gateway, &k->w, events_of(k, true));
			return true;
		}
		k->sent += (size_t)n;
		k->sent_us = k->gateway->now_us;
	}
	watch_events(k->gateway, &k->w, events_of(k, false));
	return true;
}

void
clients_send(struct gateway *g)
{
	struct client *k;

	while ((k = g->stirred) != NULL) {
		g->stirred = k->next_stirred;
		k->stirred = false;
		if (!send_frames(k) || k->closing || (k->sent ==
		    k->out.len && !nghttp2_session_want_read(k->h2) &&
		    !nghttp2_session_want_write(k->h2)))
			close_client(k);
	}
}

static int
open_session(struct client *k)
{
	static const nghttp2_settings_entry settings[] = {
		{ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, STREAMS_MAX },
		{ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW },
		{ NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HEADERS_MAX },
	};
	nghttp2_session_callbacks *on;
	int r;

	if (nghttp2_session_callbacks_new(&on) != 0)
		return -1;
	nghttp2_session_callbacks_set_on_begin_frame_callback(on, begin_frame);
	nghttp2_session_callbacks_set_on_frame_send_callback(on, sent_frame);
	nghttp2_session_callbacks_set_on_begin_headers_callback(on,
	    begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(on, take_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(on,
	    take_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(on, take_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(on,
	    close_stream);
	r = nghttp2_session_server_new(&k->h2, on, k);
	nghttp2_session_callbacks_del(on);
	if (r == 0)
		r = nghttp2_submit_settings(k->h2, NGHTTP2_FLAG_NONE, settings,
		    sizeof(settings) / sizeof(settings[0]));
	if (r == 0)
		r = nghttp2_session_set_local_window_size(k->h2,
		    NGHTTP2_FLAG_NONE, 0, CLIENT_WINDOW);
	return r;
}

/* Of those that ask nothing, whoever was heard of least lately makes room. */
static void
make_room(struct gateway *g)
{
	struct client *oldest = NULL;

	for (struct client *k = g->clients; k; k = k->next)
		if (k->calls == 0 && (oldest == NULL ||
		    k->heard_us < oldest->heard_us))
			oldest = k;
	if (oldest)
		close_client(oldest);
}

/* No descriptor is left: somebody goes, or whoever knocks waits. */
static void
make_descriptor(struct gateway *g)
{
	unsigned n = g->n_clients;

	make_room(g);
	if (g->n_clients < n)
		return;
	g->deaf = true;
	watch_events(g, &g->listener, 0);
}

static void
open_client(struct gateway *g, int fd)
{
	struct client *k = xalloc(1, sizeof(*k));
	const struct tls_link link = { receive_raw, transmit_raw, k };
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	k->w.fd = fd;
	k->w.ready = ready_client;
	k->gateway = g;
	k->opened_us = k->heard_us = k->sent_us = g->now_us;
	k->idle_frames = (struct allowance){ IDLE_FRAMES, g->now_us };
	k->resets = (struct allowance){ RESETS, g->now_us };
	buf_init(&k->out, 4 * OUT_MAX);
	if (open_session(k) != 0 || (g->tls && (k->tls = tls_session_new(
	    g->tls, &link)) == NULL) || watch_begin(g, &k->w, EPOLLIN) < 0) {
		nghttp2_session_del(k->h2);
		tls_session_free(k->tls);
		close(fd);
		buf_free(&k->out);
		free(k);
		return;
	}
	k->next = g->clients;
	k->at = &g->clients;
	if (k->next)
		k->next->at = &k->next;
	g->clients = k;
	g->n_clients++;
	stir(k);
}

#define ACCEPTS 64			/* at a time, before others */

void
clients_accept(struct gateway *g)
{
	for (int i = 0; i < ACCEPTS; i++) {
		int fd = accept4(g->listener.fd, NULL, NULL, SOCK_NONBLOCK |
		    SOCK_CLOEXEC);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE ||
		    errno == ENOBUFS || errno == ENOMEM))
			make_descriptor(g);
		if (fd < 0)
			return;
		if (g->n_clients == CLIENTS_MAX)
			make_room(g);
		if (g->n_clients == CLIENTS_MAX)
			close(fd);
		else
			open_client(g, fd);
	}
}

void
clients_tell_end(struct gateway *g, bool last)
{
	for (struct client *k = g->clients; k; k = k->next) {
		if (last)
			nghttp2_submit_goaway(k->h2, NGHTTP2_FLAG_NONE,
			    nghttp2_session_get_last_proc_stream_id(k->h2),
			    NGHTTP2_NO_ERROR, NULL, 0);
		else
			nghttp2_submit_shutdown_notice(k->h2);
		stir(k);
	}
}

void
clients_look(struct gateway *g)
{
	struct client *k, *next;

	if (g->deaf && !g->ending)
		watch_events(g, &g->listener, EPOLLIN);
	g->deaf = false;
	for (k = g->clients; k; k = next) {
		bool slow = k->sent < k->out.len &&
		    g->now_us - k->sent_us > TIMEOUT_US;
		bool silent = !k->begun &&
		    g->now_us - k->opened_us > TIMEOUT_US;

		next = k->next;
		if (slow || silent)
			close_client(k);
		else if (g->ending && k->calls == 0)
			stir(k);
	}
}

void
clients_close(struct gateway *g)
{
	while (g->clients)
		close_client(g->clients);
}
