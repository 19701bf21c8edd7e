/*
 * flow/search/internal.h - a trial at work.  Private to flow/search.
 */
#ifndef FLOW_SEARCH_INTERNAL_H
#define FLOW_SEARCH_INTERNAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/param.h"
#include "base/stop.h"
#include "flow/search/search.h"

struct trial_work {
	const struct search_request *rq;
	struct stop *stop;		/* of the process that drives */
	struct study *study;		/* our own, not the driver's */
	size_t number;
	struct arena arena;
	struct param *param;		/* (n_params), as texts */
	size_t n_params;
	struct buf words;		/* what it printed */
	char run[160];
	int status;
};

/* The whole life of a trial's process, ctx a struct trial_work with `rq`, `stop`
 * and `number`: 0 told, 1 left to be asked again, 2 trouble. */
int search_work_trial(void *ctx);

#endif
