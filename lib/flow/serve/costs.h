/*
 * flow/serve/costs.h - what a server has cost and which energy its machine has
 * used since it started: divided by the rows answered, that of a prediction.
 */
#ifndef FLOW_SERVE_COSTS_H
#define FLOW_SERVE_COSTS_H

#include "base/buf.h"
#include "base/energy.h"
#include "base/thread.h"

struct costs {
	double per_hour;		/* 0: not known */
	int64_t begun_us;
	struct mutex lock;
	struct energy energy;
};

void costs_init(struct costs *c, double per_hour);
void costs_release(struct costs *c);
/* As metrics; what is not known is left out. */
void costs_write(struct buf *out, struct costs *c);

#endif
