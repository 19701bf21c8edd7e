/*
 * deploy/stats.h - what a server counts, for Prometheus.
 *
 * One `struct version_stats` for each model version and variant that was
 * ever served; they are few and stay until the end, so that counters never
 * go back.  Counting takes no lock.
 */
#ifndef DEPLOY_STATS_H
#define DEPLOY_STATS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "deploy/variant.h"

#define STATS_BUCKETS 16	/* upper bounds 10 us * 2^i, then infinity */

struct version_stats {
	char model[130], number[24], digest[80];
	enum variant variant;
	_Atomic uint64_t requests, errors, rows, unseen;
	_Atomic uint64_t bucket[STATS_BUCKETS + 1];
	_Atomic uint64_t micros;	/* sum of latencies */
	_Atomic bool now;		/* it is one of those served */
	struct version_stats *next;
};

/* Begins zeroed. */
struct server_stats {
	struct version_stats *_Atomic first;
	_Atomic uint64_t reloads, reload_failures, bad_requests;
	_Atomic int64_t in_flight;
};

/* The counters of a version as that variant, made when they are new; owned
 * by `all`.  Called from one thread at a time. */
struct version_stats *server_stats_of(struct server_stats *all,
    enum variant variant, const char *model, const char *number,
    const char *digest);
/* Count a request that was answered.  `unseen`: of the rows, those with a
 * category the model has never seen. */
void version_stats_answered(struct version_stats *s, uint64_t rows,
    uint64_t unseen, int64_t micros);
/* Count a request that could not be answered. */
void version_stats_failed(struct version_stats *s, int64_t micros);
/* The text exposition format.  `rows_logged`, `rows_dropped`: of the request
 * log. */
void server_stats_write(struct buf *out, const struct server_stats *all,
    bool ready, uint64_t rows_logged, uint64_t rows_dropped);
void server_stats_release(struct server_stats *all);

#endif
