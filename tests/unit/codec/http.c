/* The HTTP layer: media types, what is refused and why, what a handler sees,
 * and the end of a server. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "codec/http.h"
#include "../tap.h"

static void
media(void)
{
	static const struct {
		const char *value;
		bool json;
	} t[] = {
		{ "application/json", true },
		{ "APPLICATION/Json", true },
		{ "  application/json\t", true },
		{ "application/json;charset=utf-8", true },
		{ "application/json ; charset=UTF-8 ; a=b", true },
		{ "application/json; charset=\"utf-8\"", true },
		{ "application/json; q=1", true },
		{ "application/json;", true },
		{ "application/json; charset=latin1", false },
		{ "application/json; charset=utf-88", false },
		{ "application/jsonx", false },
		{ "application/json x", false },
		{ "application/jso", false },
		{ "xapplication/json", false },
		{ "application/json, text/csv", false },
		{ "text/csv", false },
		{ "", false },
		{ NULL, false },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok(http_media_is(t[i].value, "application/json") == t[i].json,
		    "%s: %s", t[i].json ? "json" : "no json", t[i].value ?
		    t[i].value : "(none)");
}

static _Atomic int answered;

/* The method, path, X-A and body; /huge is more than may be sent, /slow takes
 * longer than a client may. */
static void
answer(void *ctx, const struct http_request *r, struct http_response *out)
{
	const char *a = http_header(r, "x-a");

	(void)ctx;
	atomic_fetch_add(&answered, 1);
	if (strcmp(r->path, "/none") == 0)
		out->status = 404;
	if (strcmp(r->path, "/huge") == 0)
		out->body.failed = true;
	if (strcmp(r->path, "/slow") == 0)
		nanosleep(&(struct timespec){ 1, 400000000 }, NULL);
	out->type = "text/plain";
	http_add_field(out, "X-B", "b");
	buf_addf(&out->body, "%s %s [%s] %zu:%s", r->method, r->path,
	    a ? a : "", r->n, r->n < 100 ? r->body : "...");
}

static int
dial(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct timeval limit = { 5, 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Everything the server says to these bytes, until it closes. */
static void
tell(struct buf *got, int port, const char *bytes, size_t n)
{
	int fd = dial(port);
	char *at;
	ssize_t k;

	buf_clear(got);
	if (fd < 0)
		return;
	(void)!send(fd, bytes, n, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	while ((at = buf_reserve(got, 4096)) != NULL &&
	    (k = read(fd, at, 4096)) > 0)
		buf_grew(got, (size_t)k);
	close(fd);
}

#define HEAD "POST /p?q=1 HTTP/1.1\r\nHost: a\r\n"

static const struct {
	const char *bytes;
	const char *status, *body;	/* body NULL: the handler saw nothing */
} requests[] = {
	{ HEAD "X-A: 1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
	    "200", "POST /p [1] 3:abc" },
	{ "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200",
	    "GET / [] 0:" },
	{ "GET /a%20b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
	    "200", "GET /a b [] 0:" },
	{ "GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
	    "404", "GET /none" },
	{ HEAD "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
	    "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "200", "5:abcde" },
	{ HEAD "transfer-ENCODING: Chunked\r\nConnection: close\r\n\r\n"
	    "0\r\n\r\n", "200", "0:" },
	{ "GET / HTTP/1.0\r\n\r\n", "200", "GET /" },
	/* two requests at once on one connection */
	{ "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n"
	    "Connection: close\r\n\r\n", "200", "GET /2" },
	{ "GET / HTTP/1.1\r\n\r\n", "400", NULL },
	{ "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400", NULL },
	{ HEAD "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400",
	    NULL },
	{ HEAD "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "0\r\n\r\n", "400", NULL },
	{ HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
	    "\r\n0\r\n\r\n", "400", NULL },
	{ HEAD "Transfer-Encoding: gzip\r\n\r\n", "400", NULL },
	{ HEAD "Transfer-Encoding: chunked, identity\r\n\r\n", "400", NULL },
	{ HEAD "Content-Length: +3\r\n\r\nabc", "400", NULL },
	{ HEAD "Content-Length: 0x3\r\n\r\nabc", "400", NULL },
	{ HEAD "Content-Length: 99999999999999999999\r\n\r\n", "4", NULL },
	{ HEAD "Content-Length: 1001\r\n\r\n", "413", NULL },
	{ HEAD "Content-Length : 3\r\n\r\nabc", "400", NULL },
	{ HEAD "X(A): 3\r\n\r\n", "400", NULL },
	{ HEAD "X: b\r\n c\r\n\r\n", "400", NULL },
	{ HEAD "Content-Lengt: 3\r\n h\r\n\r\nabc", "400", NULL },
	{ HEAD ": x\r\n\r\n", "400", NULL },
	{ HEAD "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
	    "415", NULL },
	{ HEAD "Content-Encoding: identity\r\nContent-Length: 3\r\n"
	    "Connection: close\r\n\r\nabc", "200", "3:abc" },
	{ HEAD "X:\r\nY: \t\r\nX-A: 1 \r\nContent-Length: 1\r\n"
	    "Connection: close \r\n\r\na", "200", "1:a" },
	{ "GET / HTTP/1.1\nHost: a\nConnection: close\n\n", "400", NULL },
	{ "GET http://a/b?c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
	    "\r\n", "200", "GET /b [] 0:" },
	{ "GET http://a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
	    "200", "GET / [] 0:" },
	{ "GET /a%2Fb%00c%41%4%zz%f HTTP/1.1\r\nHost: a\r\n"
	    "Connection: close\r\n\r\n", "200",
	    "GET /a%2Fb%00cA%4%zz%f [] 0:" },
	{ "GET /huge HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "500",
	    "" },
};

/* One status line, and one JSON object behind the only empty line. */
static bool
is_one_refusal(const char *text)
{
	const char *body = strstr(text, "\r\n\r\n");

	return body && strncmp(body + 4, "{\"error\":\"", 10) == 0 &&
	    strstr(text, "Content-Type: application/json\r\n") != NULL &&
	    strstr(text + 1, "HTTP/1.") == NULL;
}

static void
ask_all(int port)
{
	struct buf got;

	buf_init(&got, BUF_CAP_SMALL);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const char *want = requests[i].status;
		int before = atomic_load(&answered), seen;

		tell(&got, port, requests[i].bytes, strlen(requests[i].bytes));
		seen = atomic_load(&answered) - before;
		if (!ok(strncmp(got.data, "HTTP/1.", 7) == 0 &&
		    strncmp(got.data + 9, want, strlen(want)) == 0 &&
		    (requests[i].body ? seen > 0 && strstr(got.data,
		    requests[i].body) != NULL : seen == 0 && strstr(got.data,
		    "onnection: close") != NULL &&
		    is_one_refusal(got.data)), "request %zu: %s", i + 1,
		    want))
			printf("#   got %zu bytes, %.60s\n", got.len,
			    got.data);
	}
	buf_clear(&got);
	buf_adds(&got, HEAD "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 12; i++) {
		buf_adds(&got, "64\r\n");
		for (int k = 0; k < 100; k++)
			buf_addc(&got, 'x');
		buf_adds(&got, "\r\n");
	}
	buf_adds(&got, "0\r\n\r\n");
	{
		struct buf long_one = got;

		buf_init(&got, BUF_CAP_SMALL);
		tell(&got, port, long_one.data, long_one.len);
		ok(strncmp(got.data, "HTTP/1.1 413", 12) == 0,
		    "a body that turns out too long");
		buf_free(&long_one);
	}
	buf_free(&got);
}

#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
#define CHUNKS HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"

/* What another reader takes for the rest of a request is no request. */
static void
hide(int port)
{
	static const struct {
		const char *bytes;
		size_t n;
	} t[] = {
#define CASE(s) { s, sizeof(s) - 1 }
		CASE(HEAD ": x\r\n" HIDDEN),
		CASE(HEAD ":\r\n" HIDDEN),
		CASE(HEAD "\0\r\n" HIDDEN),
		CASE(HEAD "\0: x\r\n" HIDDEN),
		CASE(HEAD "X: a\0b\r\n\r\n" HIDDEN),
		CASE(HEAD "X: b\r\n c\r\n\r\n" HIDDEN),
		CASE("GET / HTTP/1.0\r\n: x\r\n" HIDDEN),
		CASE(CHUNKS ": x\r\n" HIDDEN),
		CASE(CHUNKS "\0\r\n" HIDDEN),
		CASE(CHUNKS "X: y\r\n\r\n" HIDDEN),
	};
	struct buf got;

	buf_init(&got, BUF_CAP_SMALL);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		tell(&got, port, t[i].bytes, t[i].n);
		ok(strncmp(got.data, "HTTP/1.", 7) == 0 &&
		    strstr(got.data, "GET /hidden") == NULL,
		    "a hidden request is not answered (%zu)", i + 1);
	}
	buf_free(&got);
}

/* The only thread is busy when a request comes; its client sent it in time. */
static void
wait_for_answer(struct http_opts o)
{
	static const char slow[] = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
	static const char next[] = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
	const struct timespec pause = { 0, 100000000 };
	struct http_server *s;
	struct err e = ERR_INIT;
	char back[12];
	int first, second;

	o.threads = 1;
	if (!ok(http_start(&s, &o, &e) == 0, "starts with one thread"))
		return;
	second = dial(http_port(s));
	nanosleep(&pause, NULL);
	first = dial(http_port(s));
	(void)!send(first, slow, sizeof(slow) - 1, MSG_NOSIGNAL);
	nanosleep(&pause, NULL);
	(void)!send(second, next, sizeof(next) - 1, MSG_NOSIGNAL);
	ok(read(first, back, 12) == 12 && memcmp(back + 9, "200", 3) == 0 &&
	    read(second, back, 12) == 12 && memcmp(back + 9, "200", 3) == 0,
	    "who sent in time is answered after an answer that took long");
	close(first);
	close(second);
	http_stop(s, 0, 1000);
}

int
main(void)
{
	struct http_opts o = { .threads = 2, .body_max = 1000, .timeout_s = 1,
	    .answer = answer };
	struct http_server *s, *other;
	struct err e = ERR_INIT;
	char back;
	int fd, port;

	media();
	wait_for_answer(o);
	if (!ok(http_start(&s, &o, &e) == 0, "starts"))
		return tap_done();
	port = http_port(s);
	o.port = port;
	ok(http_start(&other, &o, &e) < 0 && e.code == ERR_IO,
	    "a port in use is refused");
	o.host = "nowhere";
	ok(http_start(&other, &o, &e) < 0 && e.code == ERR_USAGE,
	    "so is a host that is no address");
	ask_all(port);
	hide(port);
	fd = dial(port);
	(void)!send(fd, "POST / HTT", 10, MSG_NOSIGNAL);
	ok(read(fd, &back, 1) == 0, "half a line is cut off");
	close(fd);
	fd = dial(port);
	(void)!send(fd, HEAD "Content-Length: 9\r\n\r\n123", 55, MSG_NOSIGNAL);
	close(fd);
	/* an hour, were it waited for who left */
	http_stop(s, 0, 3600000);
	ok(dial(port) < 0, "and nobody listens");
	return tap_done();
}
