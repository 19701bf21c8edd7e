/*
 * flow/serve/shadow.h - a candidate that answers beside, off the way of the
 * answers: requests leave a copy of their rows here, a thread of its own asks
 * the candidate, and both answers go to the request log.
 *
 * The queue is bounded: what does not fit is dropped and counted, and no
 * request ever waits.
 */
#ifndef FLOW_SERVE_SHADOW_H
#define FLOW_SERVE_SHADOW_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "deploy/endpoint.h"
#include "reqlog/reqlog.h"

struct shadow;

/* `log` is borrowed. */
int shadow_start(struct shadow **out, struct reqlog *log, struct err *e);
/* After the last request; what waits is dropped.  NULL is fine. */
void shadow_stop(struct shadow *s);

/* What a request asked and was answered, as it is logged. */
struct shadow_rows {
	const struct reqlog_request *request;	/* of the stable version */
	const struct choice *how;
	const struct column *const *asked, *const *answered;
	size_t n_asked, n_answered;
	size_t from, to;		/* rows of both */
};

/* Takes the version over; everything else is copied. */
void shadow_add(struct shadow *s, struct version *candidate,
    const struct shadow_rows *rows);
uint64_t shadow_dropped(struct shadow *s);	/* rows */

#endif
