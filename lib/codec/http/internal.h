/*
 * codec/http/internal.h - connections, and the workers they belong to.
 * Private to lib/codec/http.
 */
#ifndef CODEC_HTTP_INTERNAL_H
#define CODEC_HTTP_INTERNAL_H

#include <stdatomic.h>
#include <time.h>

#include "base/bell.h"
#include "base/listener.h"
#include "base/thread.h"
#include "codec/http.h"
#include "codec/http/head.h"
#include "codec/http/tls.h"

#define BODIES_MAX 64		/* of the largest size, on their way at once */

enum phase { PHASE_HEAD, PHASE_BODY, PHASE_ANSWER, PHASE_LINGER };

/* A connection, and the request in progress on it. */
struct http_conn {
	int fd;
	struct http_worker *worker;
	struct tls_session *tls;	/* NULL without, and before the first
					 * byte */
	enum phase phase;
	int64_t since_us;		/* in that phase, by the worker's clock */
	int64_t begun_us, came_us;	/* of the request: its first byte, the
					 * last that was read */
	char *in;			/* (HTTP_HEAD_MAX + 1): n_in bytes read;
					 * NULL before the first */
	size_t n_in, n_head;		/* of them, the head's */
	struct http_head head;
	struct http_chunks chunks;
	struct buf body;		/* of the request */
	struct buf out, answer;		/* to be sent: head, then body */
	size_t held, sent, drained;
	bool begun, last;
	int closing;			/* the index in busy it is counted at */
	uint32_t events;		/* that epoll looks for */
	struct http_conn *next, **at;	/* of the worker's */
};

struct http_worker {
	struct http_server *server;
	struct thread thread;
	bool started, listening;
	int epoll;
	int mail[2];			/* a pipe of accepted descriptors */
	char date[64];			/* the header, of that second */
	time_t date_at;
	int64_t now_us;
	_Atomic int64_t round_us;	/* when it last came round */
	struct http_conn *conns;
};

struct http_server {
	struct http_opts o;
	size_t body_max;
	int64_t timeout_us;
	unsigned connections_max;
	struct listener *listener, own;
	/* requests between head and answer, by whether they began before the
	 * server was told to stop */
	_Atomic int busy[2];
	_Atomic int closing;
	_Atomic unsigned connections;
	_Atomic size_t held;		/* bytes of bodies on their way */
	_Atomic bool deaf, ending;	/* no new connection; no more at all */
	struct bell bell;		/* wakes the workers to end */
	struct http_worker *worker;
	int threads, workers;		/* to be, and started */
	_Atomic unsigned next;		/* who takes the next connection */
};

/* ---- answer.c: what is sent ---- */

/* Head and body of an answer, ready to be sent. */
void queue_answer(struct http_worker *w, struct http_conn *k,
    struct http_response *r, bool with_body);
/* An answer of our own, the last of its connection; `why` NULL: what the
 * status says. */
void refuse_request(struct http_worker *w, struct http_conn *k, int status,
    const char *why);

/* ---- conn.c: what comes ---- */

void open_conn(struct http_worker *w, int fd);
void close_conn(struct http_worker *w, struct http_conn *k);
/* As far as the socket lets it, but not for ever: others wait. */
void serve_conn(struct http_worker *w, struct http_conn *k);
/* Close those that are late, however busily they send a byte at a time.
 * `now_us` is when it was last looked what came: what comes during a long
 * answer is not late. */
void cut_off_late(struct http_worker *w, int64_t now_us);

#endif
