/*
 * gateway.h - the helper that speaks gRPC in front of a server of ours, as a
 * child.
 */
#ifndef MLV_SERVE_GATEWAY_H
#define MLV_SERVE_GATEWAY_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/listener.h"
#include "codec/http/tls.h"

struct gateway_opts {
	struct listener *listener;	/* where clients connect; begins here */
	const char *to;			/* unix:PATH or http://HOST:PORT */
	const char *tokens;		/* file of who may ask, or NULL */
	const struct tls_files *tls;	/* its cert NULL: plain text */
	int64_t grace_ms, drain_ms;	/* as of http_stop */
};

struct gateway {
	pid_t pid;
	int in;				/* it ends when this is closed; -1 then */
	int out;			/* readable when it has ended */
};

/* It is ready when this returns.  The server need not answer yet: clients
 * hear UNAVAILABLE until it does. */
int gateway_start(struct gateway *g, const struct gateway_opts *o,
    struct err *e);
/* It begins to end. */
void gateway_retire(struct gateway *g);
/* The same, and wait for it; `e` NULL: how it ended does not matter. */
int gateway_stop(struct gateway *g, struct err *e);

#endif
