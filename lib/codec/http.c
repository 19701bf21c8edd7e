#define _GNU_SOURCE
#include "codec/http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/pool.h"

#define BODY_MAX ((size_t)8 << 20)

struct http_server {
	struct MHD_Daemon *daemon;
	struct http_opts o;
	size_t body_max;
	int port;
	_Atomic int busy;		/* requests between header and answer */
	_Atomic bool closing;
};

/* One request in progress. */
struct pending {
	struct buf body;
	bool too_large;
};

/* --- headers -------------------------------------------------------------- */

struct vet {
	int hosts, lengths, encodings;
	bool bad;
};

static bool
is_token(const char *s, size_t n)
{
	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] <= 32 || s[i] >= 127 || strchr("\"(),/:;<=>?@[\\]{}",
		    s[i]))
			return false;
	return true;
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
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool
same_word(const char *a, size_t n, const char *b)
{
	if (strlen(b) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static enum MHD_Result
vet_header(void *ctx, enum MHD_ValueKind kind, const char *name,
    size_t n_name, const char *value, size_t n_value)
{
	struct vet *v = ctx;

	(void)kind;
	v->bad |= !is_token(name, n_name) || memchr(value ? value : "", '\0',
	    n_value) || (value && memchr(value, '\r', n_value));
	if (same_word(name, n_name, "Host"))
		v->hosts++;
	if (same_word(name, n_name, "Content-Length")) {
		v->lengths++;
		v->bad |= !is_number(value, n_value);
	}
	if (same_word(name, n_name, "Transfer-Encoding")) {
		v->encodings++;
		v->bad |= !same_word(value, n_value, "chunked");
	}
	return MHD_YES;
}

static bool
acceptable(struct MHD_Connection *c, const char *version)
{
	struct vet v = { 0 };

	MHD_get_connection_values_n(c, MHD_HEADER_KIND, vet_header, &v);
	return !v.bad && v.lengths <= 1 && v.encodings <= 1 &&
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
	if (!same_word(value + i, n, type))
		return false;
	i = past_space(value, i + n);
	while (value[i] == ';') {
		i = past_space(value, i + 1);
		n = strcspn(value + i, ";");
		if (n >= 8 && same_word(value + i, 8, "charset=")) {
			const char *set = value + i + 8;
			size_t k = strcspn(set, "; \t");

			if (!same_word(set, k, "utf-8") &&
			    !same_word(set, k, "\"utf-8\""))
				return false;
		}
		i += n;
	}
	return value[i] == '\0';
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
	for (int i = 0; i < HTTP_EXTRA_MAX && out->extra[i][0]; i++)
		MHD_add_response_header(r, out->extra[i][0], out->extra[i][1]);
	if (close_after || atomic_load_explicit(&s->closing,
	    memory_order_relaxed))
		MHD_add_response_header(r, "Connection", "close");
	done = MHD_queue_response(c, (unsigned)out->status, r);
	MHD_destroy_response(r);
	return done;
}

static enum MHD_Result
refuse(struct http_server *s, struct MHD_Connection *c, int status,
    const char *why)
{
	struct http_response out = { .status = status,
	    .type = "application/json" };

	buf_init(&out.body, BUF_CAP_SMALL);
	buf_addf(&out.body, "{\"error\":\"%s\"}\n", why);
	return answer_with(s, c, &out, true);
}

static enum MHD_Result
begin(struct http_server *s, struct MHD_Connection *c, const char *version,
    void **state)
{
	const char *length;
	struct pending *p;
	uint64_t announced;

	if (!acceptable(c, version))
		return refuse(s, c, 400, "malformed request");
	length = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    "Content-Length");
	if (length && (!num_parse_u64(length, strlen(length), &announced) ||
	    announced > s->body_max))
		return refuse(s, c, 413, "body too large");
	p = xalloc(1, sizeof(*p));
	buf_init(&p->body, s->body_max);
	atomic_fetch_add(&s->busy, 1);
	*state = p;
	return MHD_YES;
}

static enum MHD_Result
handle(void *ctx, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *n,
    void **state)
{
	struct http_server *s = ctx;
	struct pending *p = *state;
	struct http_response out = { .status = 200 };
	struct http_request r = { .method = method, .path = url, .handle = c };

	if (p == NULL)
		return begin(s, c, version, state);
	if (*n) {
		buf_add(&p->body, data, *n);
		p->too_large |= p->body.failed;
		*n = 0;
		return MHD_YES;
	}
	if (p->too_large)
		return refuse(s, c, 413, "body too large");
	r.body = p->body.data;
	r.n = p->body.len;
	buf_init(&out.body, BUF_CAP_DOC);
	s->o.answer(s->o.ctx, &r, &out);
	return answer_with(s, c, &out, false);
}

static void
completed(void *ctx, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct http_server *s = ctx;
	struct pending *p = *state;

	(void)c;
	(void)why;
	if (p == NULL)
		return;
	buf_free(&p->body);
	free(p);
	*state = NULL;
	atomic_fetch_sub(&s->busy, 1);
}

/* Errors of the library's own go nowhere: clients are told. */
static void
silence(void *ctx, const char *fmt, va_list ap)
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
	fd = listen_on(o, &s->port, e);
	if (fd < 0) {
		free(s);
		return -1;
	}
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_USE_ERROR_LOG, 0, NULL, NULL, handle, s,
	    MHD_OPTION_EXTERNAL_LOGGER, silence, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_THREAD_POOL_SIZE, threads > 1 ? threads : 0u,
	    MHD_OPTION_CONNECTION_LIMIT, o->connections_max ?
	    o->connections_max : 1024u,
	    MHD_OPTION_CONNECTION_TIMEOUT, o->idle_s ? o->idle_s : 30u,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_COMPLETED, completed, s, MHD_OPTION_END);
	if (s->daemon == NULL) {
		close(fd);
		free(s);
		return err_set(e, ERR_IO, "cannot start the HTTP server");
	}
	*out = s;
	return 0;
}

int
http_port(const struct http_server *s)
{
	return s->port;
}

void
http_stop(struct http_server *s, int64_t drain_ms)
{
	int64_t end = clock_mono_us() + drain_ms * 1000;
	int fd;

	atomic_store(&s->closing, true);
	fd = MHD_quiesce_daemon(s->daemon);
	while (atomic_load(&s->busy) > 0 && clock_mono_us() < end)
		nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
	MHD_stop_daemon(s->daemon);
	if (fd >= 0)
		close(fd);
	free(s);
}
