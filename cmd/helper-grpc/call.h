/*
 * call.h - a call: what its headers say and its message becomes behind, in
 * call.c, and which calls there are, in method.c.
 */
#ifndef HELPER_GRPC_CALL_H
#define HELPER_GRPC_CALL_H

#include "base/arena.h"
#include "gateway.h"
#include "grpc/oip.h"
#include "grpc/wire.h"

struct call {
	struct call *next, **at;	/* of all */
	struct client *client;		/* NULL: it has gone */
	int32_t stream;
	const struct method *method;	/* NULL: unknown, and why */
	const char *unknown;
	struct arena a;
	/* what its headers say; NULL: nothing */
	const char *authorization, *unit;
	bool is_post, is_grpc, packs, unknown_packing, bad_timeout;
	size_t headers;			/* bytes of them */
	bool headers_end, whole, answered;
	bool kept;			/* the answer, till the message ends */
	bool told;			/* all of it is on its way */
	int64_t begun_us, deadline_us, since_us;	/* deadline: 0: none */
	struct buf in, room;		/* its message; unpacked */
	size_t held;
	struct oip_asked asked;
	/* to be asked */
	struct buf path, json, raw;
	bool posts;
	struct upstream *upstream;
	bool waits;
	struct call *waiting;		/* the next in the queue */
	/* to be answered: the message with its prefix, or a status */
	struct buf out, text;
	size_t sent, unwanted;
	enum grpc_status status;
	int64_t again_ms;		/* try again in; 0: it is not said */
	struct call_field {
		const char *name;	/* in lower case; lives */
		const char *value;	/* of the arena */
	} field[4];
	int fields;
};

struct method {
	const char *path;
	bool open;			/* to who has no token */
	unsigned scope;
	/* From the message to path, json and raw; -1 with a status by *e. */
	int (*ask)(struct call *c, const struct grpc_message *m,
	    struct err *e);
	/* Append the message from what the server said: a status, a body and
	 * how much of it is JSON; a status of 0: it cannot be reached.  1: it
	 * is there, 0: it is an error, as its status says; -1. */
	int (*take)(struct call *c, int status, const struct buf *body,
	    size_t n_json, struct err *e);
};
/* NULL: no such method, or one that is not answered; then *why says which. */
const struct method *method_find(const char *path, const char **why);

struct call *call_new(struct gateway *g, struct client *client,
    int32_t stream);
void call_free(struct gateway *g, struct call *c);
/* Its memory alone. */
void call_forget(struct call *c);
/* What it holds now is counted; false: all hold too much together. */
bool call_count(struct gateway *g, struct call *c);
/* Emptied; a large one gives its memory back. */
void call_empty_buf(struct buf *b);
/* Its client, or its stream, is gone. */
void call_leave(struct gateway *g, struct call *c);
void call_header(struct call *c, const char *name, size_t n_name,
    const char *value, size_t n);
/* More of the message; its last. */
void call_data(struct gateway *g, struct call *c, const char *s, size_t n);
void call_headers_end(struct gateway *g, struct call *c);
void call_end(struct gateway *g, struct call *c);
/* What was kept goes out. */
void call_let_go(struct gateway *g, struct call *c);
void call_fail(struct gateway *g, struct call *c, enum grpc_status status,
    const char *text);
/* What the server said; status 0: `why` it said nothing. */
void call_take(struct gateway *g, struct call *c, int status,
    const struct http_head *head, const struct buf *body, const char *why);
void calls_look(struct gateway *g);

#endif
