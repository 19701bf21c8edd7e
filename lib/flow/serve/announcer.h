/*
 * flow/serve/announcer.h - the lines of the request log, told to others as
 * CloudEvents (flow/serve/cloudevent.h): posted to a URL, or written to the
 * standard input of a command, a line each.
 *
 * A thread of its own sends what waits in a bounded queue: no answer waits for
 * it or fails by it.  What does not fit, and what is not taken after a few
 * tries, is lost, counted, and told once.
 */
#ifndef FLOW_SERVE_ANNOUNCER_H
#define FLOW_SERVE_ANNOUNCER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"

struct announcer;

enum announcer_mode {
	ANNOUNCER_STRUCTURED,		/* an event a request, in its body */
	ANNOUNCER_BINARY,		/* attributes as headers */
	ANNOUNCER_BATCH			/* several in a body */
};

struct announcer_opts {
	const char *to;			/* http://..., https://..., or what a
					 * shell runs */
	enum announcer_mode mode;	/* of a URL */
	const char *http;		/* the helper program for HTTP */
	const struct log *log;		/* borrowed; or NULL */
};

/* Or is `to` a command? */
bool announcer_is_url(const char *to);
/* The program is started: while one still may do that. */
int announcer_open(struct announcer **out, const struct announcer_opts *o,
    struct err *e);
/* The thread. */
int announcer_start(struct announcer *s, struct err *e);
/* Whole lines, copied; thread-safe. */
void announcer_add(void *announcer, const struct buf *lines);
/* For Prometheus; NULL: nothing. */
void announcer_write(struct buf *out, struct announcer *s);
/* What waits is sent for 5 seconds more; the rest is lost.  NULL is fine. */
void announcer_close(struct announcer *s);

#endif
