/* HTTP over libmicrohttpd: which requests are let through, how long a client
 * may take, how a server ends. */
#define _GNU_SOURCE
#include "codec/http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/pool.h"
#include "base/thread.h"

#define BODY_MAX ((size_t)8 << 20)
#define BODIES_MAX 64		/* of the largest size, on their way at once */
#define LOOK_MS 250

#define BODY_KEPT ((size_t)64 << 10)	/* room left to the next request */

enum phase { HEADERS, BODY, WORKING, ANSWERING };

/* A connection, and the request in progress on it. */
struct conn {
	int fd;
	/* what it is at, and since when by the watcher's clock */
	_Atomic int phase;
	_Atomic int64_t since_us;
	bool leaving;			/* of the watcher */
	struct conn *next, **at;	/* under http_server.lock */
	bool begun;			/* its headers were accepted */
	bool chunked;			/* the library finds its end */
	struct buf body;
	size_t held, dropped;
	int closing;			/* the index in busy it is counted at */
	int refused;			/* a status, or 0 */
};

struct http_server {
	struct MHD_Daemon *daemon;
	struct http_opts o;
	size_t body_max;
	int64_t timeout_us;
	int port;
	/* requests between headers and answer, by whether they began before
	 * the server was told to stop */
	_Atomic int busy[2];
	_Atomic int closing;
	_Atomic size_t held;		/* bytes of bodies on their way */
	_Atomic int64_t now_us;		/* set every LOOK_MS */
	struct mutex lock;
	struct cond wake;
	struct conn *conns;
	struct thread watcher;
	bool ending;
};

/* --- headers -------------------------------------------------------------- */

struct header_check {
	int hosts, lengths, encodings;
	bool bad;
	const char *end;		/* in the request, of the header before */
};

/* The bytes of a token, RFC 9110: no controls, spaces or separators. */
static bool
is_token(const char *s, size_t n)
{
	static const uint32_t good[8] = { 0, 0x03ff6cfau, 0xc7fffffeu,
	    0x57ffffffu };

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!(good[c >> 5] >> (c & 31) & 1))
			return false;
	}
	return n > 0;
}

static bool
is_number(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return n > 0 && n < 19;
}

static char
lower_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool
is_word(const char *a, size_t n, const char *b)
{
	if (strlen(b) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower_ascii(a[i]) != lower_ascii(b[i]))
			return false;
	return true;
}

/*
 * Libraries before 1.0 take a line that begins with a colon or a NUL for the
 * end of the headers, and what follows for another request; they end a value
 * at a NUL, and put a folded line behind the name of its header.  All of it
 * leaves a gap: names and values point into the request as it came, and from
 * one to the next there must be a line's end and nothing else.
 */
static bool
stands_on_next_line(const char *next, const char *end)
{
	return MHD_VERSION >= 0x01000000 || next - end == 2 || next - end == 1;
}

static bool
is_the_end(struct MHD_Connection *c, const char *method, const char *end)
{
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	ptrdiff_t gap = i ? method + i->header_size - end : 0;

	return MHD_VERSION >= 0x01000000 || gap == 4 || gap == 2;
}

static enum MHD_Result
vet_header(void *ctx, enum MHD_ValueKind kind, const char *name,
    size_t n_name, const char *value, size_t n_value)
{
	struct header_check *v = ctx;

	(void)kind;
	v->bad |= !stands_on_next_line(name, v->end);
	v->end = value ? value + n_value : name + n_name;
	v->bad |= !is_token(name, n_name) || memchr(value ? value : "", '\0',
	    n_value) || (value && memchr(value, '\r', n_value));
	if (is_word(name, n_name, "Host"))
		v->hosts++;
	if (is_word(name, n_name, "Content-Length")) {
		v->lengths++;
		v->bad |= !is_number(value, n_value);
	}
	if (is_word(name, n_name, "Transfer-Encoding")) {
		v->encodings++;
		v->bad |= !is_word(value, n_value, "chunked");
	}
	return MHD_YES;
}

static bool
headers_are_acceptable(struct MHD_Connection *c, const char *method,
    const char *version)
{
	struct header_check v = { .end = version + strlen(version) };

	MHD_get_connection_values_n(c, MHD_HEADER_KIND, vet_header, &v);
	return !v.bad && is_the_end(c, method, v.end) &&
	    v.lengths + v.encodings <= 1 &&
	    (v.hosts == 1 || (v.hosts == 0 && strcmp(version, "HTTP/1.0") ==
	    0));
}

const char *
http_header(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->handle, MHD_HEADER_KIND, name);
}

static size_t
past_space(const char *s, size_t i)
{
	while (s[i] == ' ' || s[i] == '\t')
		i++;
	return i;
}

bool
http_media_is(const char *value, const char *type)
{
	size_t i, n;

	if (value == NULL)
		return false;
	i = past_space(value, 0);
	n = strcspn(value + i, "; \t");
	if (!is_word(value + i, n, type))
		return false;
	i = past_space(value, i + n);
	while (value[i] == ';') {
		i = past_space(value, i + 1);
		n = strcspn(value + i, ";");
		if (n >= 8 && is_word(value + i, 8, "charset=")) {
			const char *set = value + i + 8;
			size_t k = strcspn(set, "; \t");

			if (!is_word(set, k, "utf-8") &&
			    !is_word(set, k, "\"utf-8\""))
				return false;
		}
		i += n;
	}
	return value[i] == '\0';
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

static enum MHD_Result
answer_with(struct http_server *s, struct MHD_Connection *c,
    struct http_response *out, bool close_after)
{
	struct MHD_Response *r;
	enum MHD_Result done;
	size_t n;
	char *p;

	if (out->body.failed) {
		buf_clear(&out->body);
		out->status = 500;
	}
	p = buf_detach(&out->body, &n);
	r = MHD_create_response_from_buffer(n, p, MHD_RESPMEM_MUST_FREE);
	if (r == NULL) {
		free(p);
		return MHD_NO;
	}
	if (out->type)
		MHD_add_response_header(r, "Content-Type", out->type);
	for (int i = 0; i < out->fields; i++)
		MHD_add_response_header(r, out->field[i].name,
		    out->field[i].value);
	if (close_after || atomic_load_explicit(&s->closing,
	    memory_order_relaxed))
		MHD_add_response_header(r, "Connection", "close");
	done = MHD_queue_response(c, (unsigned)out->status, r);
	MHD_destroy_response(r);
	return done;
}

static enum MHD_Result
refuse_request(struct http_server *s, struct MHD_Connection *c, int status)
{
	struct http_response out = { .status = status,
	    .type = "application/json" };

	if (status == 503)
		http_add_field(&out, "Retry-After", "1");
	buf_init(&out.body, BUF_CAP_SMALL);
	buf_addf(&out.body, "{\"error\":\"%s\"}\n", status == 400 ?
	    "malformed request" : status == 413 ? "body too large" :
	    status == 415 ? "a Content-Encoding is not understood: send the "
	    "body as it is" : "too many large requests at once");
	return answer_with(s, c, &out, true);
}

/* --- paths ---------------------------------------------------------------- */

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : lower_ascii(c) >= 'a' &&
	    lower_ascii(c) <= 'f' ? lower_ascii(c) - 'a' + 10 : -1;
}

/* %2F and %00 stay as they are: a proxy that checks paths in front of us does
 * not take them for a slash or an end either. */
static size_t
unescape_path(void *ctx, struct MHD_Connection *c, char *s)
{
	char *to = s;
	const char *at = s;

	(void)ctx;
	(void)c;
	while (*at) {
		int high = *at == '%' ? hex_digit(at[1]) : -1;
		int low = high >= 0 ? hex_digit(at[2]) : -1;
		int byte = low >= 0 ? high * 16 + low : 0;

		if (byte == 0 || byte == '/') {
			*to++ = *at++;
			continue;
		}
		*to++ = (char)byte;
		at += 3;
	}
	*to = '\0';
	return (size_t)(to - s);
}

/* Of "http://host/path", which proxies may send, the path. */
static const char *
path_of(const char *url)
{
	const char *slash;

	if (strncmp(url, "http://", 7) != 0)
		return url;
	slash = strchr(url + 7, '/');
	return slash ? slash : "/";
}

/* --- who takes too long --------------------------------------------------- */

static void
enter_phase(struct http_server *s, struct conn *k, enum phase phase)
{
	atomic_store_explicit(&k->since_us, atomic_load_explicit(&s->now_us,
	    memory_order_relaxed), memory_order_relaxed);
	atomic_store_explicit(&k->phase, phase, memory_order_relaxed);
}

/* A connection comes or goes; its descriptor is open in between. */
static void
note_connection(void *ctx, struct MHD_Connection *c, void **state,
    enum MHD_ConnectionNotificationCode what)
{
	struct http_server *s = ctx;
	struct conn *k = *state;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *i = MHD_get_connection_info(c,
		    MHD_CONNECTION_INFO_CONNECTION_FD);

		k = xalloc(1, sizeof(*k));
		k->fd = i ? i->connect_fd : -1;
		buf_init(&k->body, s->body_max);
		enter_phase(s, k, HEADERS);
		mutex_lock(&s->lock);
		k->next = s->conns;
		k->at = &s->conns;
		if (k->next)
			k->next->at = &k->next;
		s->conns = k;
		mutex_unlock(&s->lock);
		*state = k;
	} else if (k) {
		mutex_lock(&s->lock);
		*k->at = k->next;
		if (k->next)
			k->next->at = k->at;
		mutex_unlock(&s->lock);
		buf_free(&k->body);
		free(k);
		*state = NULL;
	}
}

static struct conn *
conn_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return i ? i->socket_context : NULL;
}

/* Has the client closed in the middle of a request?  Seen twice, so that what
 * came just before is not overlooked. */
static bool
has_left(struct conn *k, int phase)
{
	struct pollfd p = { k->fd, POLLRDHUP, 0 };
	bool seen = k->leaving;
	int unread = 0;

	k->leaving = (phase == HEADERS || phase == BODY) &&
	    poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLHUP)) &&
	    ioctl(k->fd, FIONREAD, &unread) == 0 && unread == 0;
	return seen && k->leaving;
}

/* The library only limits idle time, so that a client could hold a connection
 * for ever with a byte now and then, and it does not notice a client that
 * closes in the middle of a request. */
static void
cut_off_late(struct http_server *s)
{
	int64_t now = clock_mono_us();

	atomic_store(&s->now_us, now);
	for (struct conn *k = s->conns; k; k = k->next) {
		int phase = atomic_load(&k->phase);

		if (k->fd >= 0 && phase != WORKING && (has_left(k, phase) ||
		    now - atomic_load(&k->since_us) > s->timeout_us))
			shutdown(k->fd, SHUT_RDWR);
	}
}

static void
watch_connections(void *arg)
{
	struct http_server *s = arg;

	mutex_lock(&s->lock);
	while (!s->ending) {
		cond_wait_us(&s->wake, &s->lock, LOOK_MS * 1000);
		cut_off_late(s);
	}
	mutex_unlock(&s->lock);
}

/* --- requests ------------------------------------------------------------- */

static enum MHD_Result
begin_request(struct http_server *s, struct MHD_Connection *c, struct conn *k,
    const char *method, const char *version)
{
	const char *length, *coding;
	uint64_t announced = 0;

	enter_phase(s, k, BODY);
	if (!headers_are_acceptable(c, method, version))
		return refuse_request(s, c, 400);
	coding = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    "Content-Encoding");
	if (coding && !is_word(coding, strlen(coding), "identity"))
		return refuse_request(s, c, 415);
	length = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    "Content-Length");
	if (length && (!num_parse_u64(length, strlen(length), &announced) ||
	    announced > s->body_max))
		return refuse_request(s, c, 413);
	if (announced < BODY_KEPT && buf_reserve(&k->body, (size_t)announced))
		buf_grew(&k->body, 0);
	k->begun = true;
	k->chunked = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    "Transfer-Encoding") != NULL;
	k->closing = atomic_load(&s->closing);
	atomic_fetch_add(&s->busy[k->closing], 1);
	return MHD_YES;
}

/* What is refused is read on for a while, so that the client hears why. */
static enum MHD_Result
take_body(struct http_server *s, struct conn *k, const char *data, size_t n)
{
	if (!k->refused) {
		k->held += n;
		if (atomic_fetch_add(&s->held, n) + n > s->body_max *
		    BODIES_MAX)
			k->refused = 503;
		else
			buf_add(&k->body, data, n);
		if (k->body.failed)
			k->refused = 413;
		if (k->refused)
			buf_free(&k->body);
	}
	if (k->refused)
		k->dropped += n;
	return k->dropped > s->body_max ? MHD_NO : MHD_YES;
}

static enum MHD_Result
handle_request(void *ctx, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **state)
{
	struct http_server *s = ctx;
	struct conn *k = *state;
	struct http_response out = { .status = 200 };
	struct http_request r = { .method = method, .path = path_of(url),
	    .handle = c };
	enum MHD_Result done;

	if (k == NULL) {
		*state = k = conn_of(c);
		return k ? begin_request(s, c, k, method, version) : MHD_NO;
	}
	if (*n) {
		done = take_body(s, k, data, *n);
		*n = 0;
		return done;
	}
	if (k->refused) {
		enter_phase(s, k, ANSWERING);
		return refuse_request(s, c, k->refused);
	}
	enter_phase(s, k, WORKING);
	r.body = k->body.data;
	r.n = k->body.len;
	buf_init(&out.body, BUF_CAP_DOC);
	s->o.answer(s->o.ctx, &r, &out);
	done = answer_with(s, c, &out, k->chunked);
	enter_phase(s, k, ANSWERING);
	return done;
}

static void
end_request(void *ctx, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct http_server *s = ctx;
	struct conn *k = *state;

	(void)c;
	(void)why;
	if (k == NULL)
		return;
	atomic_fetch_sub(&s->held, k->held);
	if (k->begun)
		atomic_fetch_sub(&s->busy[k->closing], 1);
	if (k->body.alloc > BODY_KEPT)
		buf_free(&k->body);
	buf_clear(&k->body);
	k->held = k->dropped = 0;
	k->refused = 0;
	k->begun = false;
	*state = NULL;
	enter_phase(s, k, HEADERS);
}

/* The library's own messages: clients get a status instead. */
static void
drop_message(void *ctx, const char *fmt, va_list ap)
{
	(void)ctx;
	(void)fmt;
	(void)ap;
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

/* At most as many as we may open descriptors for: when one is missing, the
 * library tries to accept the connection again and again. */
static unsigned
connections_for(const struct http_opts *o, unsigned threads)
{
	unsigned most = o->connections_max ? o->connections_max : 1024u;
	unsigned others = 32 + 4 * threads;
	uint64_t files = machine_files();

	if (files && files < (uint64_t)most + others)
		most = files > others + threads ? (unsigned)files - others :
		    threads;
	return most;
}

int
http_start(struct http_server **out, const struct http_opts *o,
    struct err *e)
{
	struct http_server *s = xalloc(1, sizeof(*s));
	unsigned threads = o->threads > 0 ? (unsigned)o->threads :
	    (unsigned)pool_default_threads();
	int fd;

	s->o = *o;
	s->body_max = o->body_max ? o->body_max : BODY_MAX;
	atomic_store(&s->now_us, clock_mono_us());
	s->timeout_us = (int64_t)(o->timeout_s ? o->timeout_s : 30) * 1000000;
	fd = listen_on(o, &s->port, e);
	if (fd < 0) {
		free(s);
		return -1;
	}
	mutex_init(&s->lock);
	cond_init(&s->wake);
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_USE_ITC | MHD_USE_ERROR_LOG, 0, NULL, NULL, handle_request, s,
	    MHD_OPTION_EXTERNAL_LOGGER, drop_message, NULL,
	    MHD_OPTION_UNESCAPE_CALLBACK, unescape_path, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_THREAD_POOL_SIZE, threads > 1 ? threads : 0u,
	    MHD_OPTION_CONNECTION_LIMIT, connections_for(o, threads),
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(s->timeout_us / 1000000),
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)16384,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_COMPLETED, end_request, s,
	    MHD_OPTION_NOTIFY_CONNECTION, note_connection, s, MHD_OPTION_END);
	if (s->daemon == NULL) {
		close(fd);
		goto fail;
	}
	if (thread_start(&s->watcher, watch_connections, s, e) < 0) {
		MHD_stop_daemon(s->daemon);
		goto fail;
	}
	*out = s;
	return 0;
fail:
	cond_release(&s->wake);
	mutex_release(&s->lock);
	free(s);
	return err_set(e, ERR_IO, "cannot start the HTTP server");
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
	int fd;

	atomic_store(&s->closing, 1);
	while (clock_mono_us() < end && (atomic_load(&s->busy[0]) > 0 ||
	    clock_mono_us() < begin + grace_ms * 1000))
		pause_ms(2);
	fd = MHD_quiesce_daemon(s->daemon);
	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);	/* who comes now is refused */
	while (clock_mono_us() < end && atomic_load(&s->busy[0]) +
	    atomic_load(&s->busy[1]) > 0)
		pause_ms(2);
	MHD_stop_daemon(s->daemon);
	if (fd >= 0)
		close(fd);
	mutex_lock(&s->lock);
	s->ending = true;
	cond_signal(&s->wake);
	mutex_unlock(&s->lock);
	thread_join(&s->watcher);
	cond_release(&s->wake);
	mutex_release(&s->lock);
	free(s);
}
