/*
 * codec/http.h - a small HTTP/1.1 server.
 *
 * Requests are answered by one function, on several threads at once.  What
 * could be read in two ways is refused before its body is looked at
 * (codec/http/head.h): 400 and the connection closed.  A body in chunks, in
 * whose lines and trailers there is more room for doubt, is the last of its
 * connection.  A Content-Encoding is 415.  Bodies beyond the cap are 413;
 * when bodies on their way hold more memory together than a server should
 * give, 503.  Whatever is refused here is told as {"error":"..."}.
 *
 * Of "http://host/path" the path is the path; %2F and %00 in it stay as they
 * are.
 *
 * A client has `timeout_s` for each of: the head (from the connection, with
 * TLS's handshake, or from the answer before), the body, taking the answer.
 * One that needs longer, however busily it sends a byte at a time, is cut
 * off.  Where all connections are taken one that says nothing has a second.
 *
 *	struct http_opts o = { .port = 8080, .answer = answer, .ctx = app };
 *	struct http_server *s;
 *
 *	if (http_start(&s, &o, e) < 0) ...
 *	port = http_port(s);
 *	...
 *	http_stop(s, 1000, 30000);	* drain, then end *
 */
#ifndef CODEC_HTTP_H
#define CODEC_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct http_server;
struct listener;
struct tls;

struct http_request {
	const char *method, *path;	/* path without the query */
	const char *query;		/* what followed '?', as it came */
	const char *body;		/* n bytes, NUL behind them */
	size_t n;
	/* when its first and its last byte came, by clock_mono_us: as the
	 * kernel noted where it does, else when they were looked for */
	int64_t begun_us, came_us;
	void *handle;			/* for http_header */
};

/* The first header of that name (any case), or NULL; borrowed. */
const char *http_header(const struct http_request *r, const char *name);

/* Is a Content-Type this media type?  Case does not matter; parameters are
 * passed over, but a charset other than utf-8 makes it another.  NULL is
 * none. */
bool http_media_is(const char *value, const char *type);

#define HTTP_FIELDS_MAX 6
#define HTTP_VALUE_MAX 128

struct http_response {
	int status;
	const char *type;		/* Content-Type; lives long enough */
	struct buf body;		/* taken over */
	struct http_field {
		const char *name;	/* lives long enough */
		char value[HTTP_VALUE_MAX];
	} field[HTTP_FIELDS_MAX];
	int fields;
};

/* A header of an answer: its value is copied, and cut where it is longer than
 * a header that we make. */
void http_add_field(struct http_response *r, const char *name,
    const char *value);

struct http_opts {
	/* Where clients connect, borrowed, or NULL: the address below. */
	struct listener *listener;
	const char *host;		/* NULL: 127.0.0.1 */
	int port;			/* 0: any free one */
	struct tls *tls;		/* borrowed; NULL: without TLS */
	int threads;			/* 0: one a processor */
	bool waiting;			/* answers wait more than they work:
					 * connections are spread further */
	size_t body_max;		/* 0: 8 MiB */
	unsigned connections_max;	/* 0: 8192; fewer where the process may
					 * not open so many files */
	unsigned timeout_s;		/* 0: 30 */
	/* May it be answered at all?  Asked when the head is there and nothing
	 * of the body; else *out says why not.  NULL: all may. */
	bool (*admit)(void *ctx, const struct http_request *r,
	    struct http_response *out);
	/* Fill *out, whose body is an empty buffer and status 200. */
	void (*answer)(void *ctx, const struct http_request *r,
	    struct http_response *out);
	void *ctx;
};

int http_start(struct http_server **s, const struct http_opts *o,
    struct err *e);
int http_port(const struct http_server *s);
/* Has any of its threads come round in so long?  One that computes a long
 * answer has not. */
bool http_is_alive(const struct http_server *s, int64_t within_us);
/*
 * Requests still come and are answered, each with "Connection: close", for
 * grace_ms and until those begun before are done: time for a load balancer
 * to be told no.  Then no new connection is taken, what has come is
 * answered, and it ends; all of it within drain_ms (or grace_ms).  NULL is
 * fine.
 */
void http_stop(struct http_server *s, int64_t grace_ms, int64_t drain_ms);

#endif
