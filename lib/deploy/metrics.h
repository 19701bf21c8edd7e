/*
 * deploy/metrics.h - what a server counts (deploy/stats.h), in the text format
 * of Prometheus.
 */
#ifndef DEPLOY_METRICS_H
#define DEPLOY_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "deploy/stats.h"

/* What is known of a server besides. */
struct metrics_about {
	bool ready;
	/* of the request log, and what a shadow did not get to see */
	uint64_t rows_logged, rows_dropped, shadow_dropped;
};

void metrics_write(struct buf *out, struct server_stats *all,
    const struct metrics_about *about);
/* A label's value in its quotes. */
void metrics_quote(struct buf *out, const char *value);

#endif
