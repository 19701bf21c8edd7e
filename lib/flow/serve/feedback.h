/*
 * flow/serve/feedback.h - what clients say afterwards of answers that they got,
 * as Seldon's /feedback has it: a reward, the truth.  It is counted, and kept as
 * JSON Lines by the id of the request, which is the table of labels that
 * rollouts and mlv-drift perf join with the request log:
 *
 *	{"time":"2026-01-02T03:04:05Z","id":"r1","reward":0.7,"truth":"yes"}
 */
#ifndef FLOW_SERVE_FEEDBACK_H
#define FLOW_SERVE_FEEDBACK_H

#include "base/buf.h"
#include "base/err.h"
#include "flow/serve/exchange.h"

struct feedback;

/* `path`: appended to; NULL: it is only counted. */
int feedback_open(struct feedback **out, const char *path, struct err *e);
/* NULL is fine. */
void feedback_close(struct feedback *f);
/* A handler of routes. */
void take_feedback(struct exchange *x);
/* For Prometheus. */
void feedback_write(struct buf *out, struct feedback *f);

#endif
