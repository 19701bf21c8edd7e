/*
 * gateway.h - clients of gRPC on one side, an HTTP server on the other, and
 * the calls between them.  One thread, one epoll.
 *
 * http2.c has the clients, upstream.c the server behind, call.h the calls,
 * main.c life and time.
 */
#ifndef HELPER_GRPC_GATEWAY_H
#define HELPER_GRPC_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "access/tokens.h"
#include "base/buf.h"
#include "codec/http/head.h"
#include "codec/http/tls.h"

#define MESSAGE_MAX ((size_t)8 << 20)	/* as mlv-serve http takes */
#define ANSWER_MAX ((size_t)64 << 20)
#define HELD_MAX ((size_t)256 << 20)	/* of all calls and answers together */
#define HEADERS_MAX 16384		/* of a call: names, values, 32 each */
#define CLIENTS_MAX 1024
#define STREAMS_MAX 128			/* calls of a client at a time */
#define UPSTREAMS_MAX 32
#define WAITING_MAX 1024		/* calls for a free upstream */
#define TIMEOUT_US INT64_C(30000000)	/* to send a message, take an answer */
#define WAIT_US INT64_C(10000000)	/* for a free upstream */
#define ANSWER_US INT64_C(120000000)	/* of the server behind */

struct call;
struct client;
struct gateway;

/* What epoll tells about. */
struct watched {
	int fd;
	uint32_t events;		/* looked for */
	void (*ready)(struct gateway *g, struct watched *w, uint32_t events);
};
int watch_begin(struct gateway *g, struct watched *w, uint32_t events);
void watch_events(struct gateway *g, struct watched *w, uint32_t events);
/* Closes it. */
void watch_end(struct gateway *g, struct watched *w);

struct upstream {
	struct watched w;		/* first */
	bool connecting, busy, reused;
	int64_t opened_us, since_us;	/* since: asked */
	struct call *call;		/* NULL: nobody waits for it any more */
	struct buf head, json, raw;	/* asked */
	size_t sent;
	struct buf in, body;		/* answered */
	size_t n_head;			/* 0: not there yet */
	int status;
	struct http_head answer;
	struct http_chunks chunks;
	size_t held;			/* of memory, for it */
	struct upstream *next;		/* idle, or free */
};

struct gateway {
	int epoll;
	struct watched listener, parent;
	int64_t now_us;
	struct tokens *tokens;		/* or NULL: anybody */
	struct tls *tls;		/* or NULL: plain text */
	/* where the server is */
	struct sockaddr_storage address;
	socklen_t address_len;
	const char *host;		/* for its header */
	struct upstream upstream[UPSTREAMS_MAX];
	struct upstream *idle, *unused;
	struct call *first_waiting, **last_waiting;
	size_t waiting;
	struct call *calls, *spare;	/* spare: to be used again */
	size_t spares;
	size_t held;			/* of memory, see HELD_MAX */
	struct client *clients;
	unsigned n_clients;
	struct client *stirred;		/* something may wait to be sent */
	bool hungry;			/* of some there is more to read */
	bool knocked;			/* somebody wants to connect */
	bool deaf;			/* no descriptor is left for them */
	bool asked_to_end;
	bool ending;			/* no new calls */
};

/* --- http2.c: clients --- */

void clients_accept(struct gateway *g);
/* What TLS has read already epoll does not tell. */
void clients_read_on(struct gateway *g);
/* The answer that the call holds goes out with the next clients_send. */
void client_answer(struct gateway *g, struct call *c);
/* It takes too long to take it. */
void client_cut(struct gateway *g, struct call *c);
/* No calls from here on; `last`: those that are new to us are refused. */
void clients_tell_end(struct gateway *g, bool last);
/* Close who is late, and hear again who knocks. */
void clients_look(struct gateway *g);
/* Send what waits, and close who is done: once a round, after all else. */
void clients_send(struct gateway *g);
void clients_close(struct gateway *g);

/* --- upstream.c --- */

void upstreams_init(struct gateway *g);
void upstreams_close(struct gateway *g);
/* Now, or when one is free. */
void upstream_ask(struct gateway *g, struct call *c);
/* The call does not want the answer any more. */
void upstream_forget(struct gateway *g, struct call *c);
void upstreams_look(struct gateway *g);

#endif
