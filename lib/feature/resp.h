/*
 * feature/resp.h - RESP, the protocol of Redis and Valkey, as a client.
 *
 * Commands are collected, sent together, and their replies read in order.
 *
 *	resp_command(r, 2); resp_text(r, "GET"); resp_arg(r, key, n);
 *	if (resp_send(r, e) == 0)
 *		resp_read(&reply, r, e)
 */
#ifndef FEATURE_RESP_H
#define FEATURE_RESP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct resp {
	int fd;				/* -1: closed */
	int timeout_ms;			/* without a byte */
	bool lost;			/* it did not answer, or cannot now */
	bool late;			/* not in time */
	struct buf out, in;
	size_t at;			/* in what was read */
};

enum resp_type { RESP_WORD, RESP_INT, RESP_BYTES, RESP_NIL, RESP_LIST };

struct resp_reply {
	enum resp_type type;
	const char *s;			/* good until the next reply */
	size_t n;			/* bytes; elements, which come next */
	int64_t i;
};

/* Of 10 s; set r->timeout_ms otherwise before it is opened. */
void resp_init(struct resp *r);
void resp_release(struct resp *r);
int resp_open(struct resp *r, const char *host, const char *port,
    struct err *e);
void resp_close(struct resp *r);

void resp_command(struct resp *r, size_t args);
void resp_arg(struct resp *r, const void *p, size_t n);
void resp_text(struct resp *r, const char *s);
int resp_send(struct resp *r, struct err *e);
/* The next reply.  ERR_IO: also an error of the server's, in its words; it is
 * lost only if that says that it cannot answer anybody now. */
int resp_read(struct resp_reply *out, struct resp *r, struct err *e);

#endif
