/*
 * remote/transport/http_client.h - HTTP requests, made by the helper program
 * mlv-http under libexec/mlv.
 */
#ifndef REMOTE_TRANSPORT_HTTP_CLIENT_H
#define REMOTE_TRANSPORT_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/source.h"
#include "remote/s3/sigv4.h"

struct http_client;

struct http_request {
	const char *method, *url;
	const struct sigv4_pair *header;
	size_t n_headers;
	const void *body;
	size_t n;
	unsigned within_s;	/* seconds it may take; 0: as long as bytes
				 * come */
	/* Where the body of an answer of status 200 or 206 goes; NULL: it is
	 * dropped. */
	struct sink *to;
	/* A body of status 200 that begins with '<' is no content, but an
	 * error that came too late for its status. */
	bool markup_is_error;
};

struct http_answer {
	int status;
	char etag[200];
	uint64_t length;	/* as it says */
	struct buf said;	/* the beginning of any other body */
	uint64_t taken;		/* bytes given to `to` */
};

/* `program`: the helper. */
int http_client_new(struct http_client **h, const char *program,
    struct err *e);
/* 0 when an answer came whole, whatever its status; ERR_BUSY when the
 * connection failed or was cut, maybe in the middle; another error is that of
 * `to`.  Free a->said. */
int http_client_ask(struct http_answer *a, struct http_client *h,
    const struct http_request *rq, struct err *e);
void http_client_free(struct http_client *h);

#endif
