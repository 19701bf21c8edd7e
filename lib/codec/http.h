/*
 * codec/http.h - a small HTTP/1.1 server over libmicrohttpd.
 *
 * Requests are answered by one function, on several threads at once.  What
 * could be read in two ways is refused before its body is looked at: more
 * than one Host or Content-Length, both a length and an encoding, any
 * encoding but "chunked", header names that are no tokens - 400 and the
 * connection closed.  Bodies beyond the cap are 413.
 *
 *	struct http_opts o = { .port = 8080, .answer = answer, .ctx = app };
 *	struct http_server *s;
 *
 *	if (http_start(&s, &o, e) < 0) ...
 *	port = http_port(s);
 *	...
 *	http_stop(s, 30000);		* drain, then end *
 */
#ifndef CODEC_HTTP_H
#define CODEC_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct http_server;

struct http_request {
	const char *method, *path;	/* path without the query */
	const char *body;		/* n bytes, NUL behind them */
	size_t n;
	void *handle;			/* for http_header */
};

/* The first header of that name (any case), or NULL; borrowed. */
const char *http_header(const struct http_request *r, const char *name);

/* Is a Content-Type this media type?  Case does not matter; parameters are
 * passed over, but a charset other than utf-8 makes it another.  NULL is
 * none. */
bool http_media_is(const char *value, const char *type);

#define HTTP_EXTRA_MAX 6

struct http_response {
	int status;
	const char *type;		/* Content-Type; lives long enough */
	struct buf body;		/* taken over */
	const char *extra[HTTP_EXTRA_MAX][2];	/* further headers, copied */
};

struct http_opts {
	const char *host;		/* NULL: 127.0.0.1 */
	int port;			/* 0: any free one */
	int threads;			/* 0: one a processor */
	size_t body_max;		/* 0: 8 MiB */
	unsigned connections_max;	/* 0: 1024 */
	unsigned idle_s;		/* 0: 30 */
	/* Fill *out, whose body is an empty buffer and status 200. */
	void (*answer)(void *ctx, const struct http_request *r,
	    struct http_response *out);
	void *ctx;
};

int http_start(struct http_server **s, const struct http_opts *o,
    struct err *e);
int http_port(const struct http_server *s);
/* Take no new connection; wait up to drain_ms for requests that came; end. */
void http_stop(struct http_server *s, int64_t drain_ms);

#endif
