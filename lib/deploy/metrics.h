/*
 * deploy/metrics.h - what a server counts (deploy/stats.h), in the text format
 * of Prometheus: under names of our own with the labels model, version and
 * variant, and summed up under those that dashboards of other servers ask for.
 */
#ifndef DEPLOY_METRICS_H
#define DEPLOY_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "deploy/stats.h"

/* Names of other servers that counters go by, too: a bit each.  Those of Triton
 * always do. */
enum metrics_names {
	METRICS_TFS = 1, METRICS_MLSERVER = 2, METRICS_KSERVE = 4
};
/* The bit of "tfs", "mlserver" or "kserve"; 0 of "triton"; -1 of others. */
int metrics_names_bit(const char *word);

/* What is known of a server besides. */
struct metrics_about {
	int names;			/* of enum metrics_names */
	bool ready;
	/* of the request log, and what a shadow did not get to see */
	uint64_t rows_logged, rows_dropped, shadow_dropped;
};

void metrics_write(struct buf *out, struct server_stats *all,
    const struct metrics_about *about);
/* A label's value in its quotes. */
void metrics_quote(struct buf *out, const char *value);

#endif
