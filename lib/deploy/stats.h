/*
 * deploy/stats.h - what a server counts, for Prometheus.
 *
 * One `struct stats` for each model version and variant that was ever
 * served; they are few and stay until the end, so that counters never go
 * back.  Counting is lock-free.
 */
#ifndef DEPLOY_STATS_H
#define DEPLOY_STATS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define STATS_BUCKETS 16	/* upper bounds 10 us * 2^i, then infinity */

struct stats {
	char model[130], version[24], variant[16], digest[80];
	_Atomic uint64_t requests, errors, rows, unseen;
	_Atomic uint64_t bucket[STATS_BUCKETS + 1];
	_Atomic uint64_t micros;	/* sum of latencies */
	_Atomic bool now;		/* it is one of those served */
	struct stats *next;
};

struct stats_all {
	struct stats *_Atomic first;
	_Atomic uint64_t reloads, reload_failures, bad_requests;
	_Atomic int64_t in_flight;
};

/* The counters of a version and variant, made when they are new.  Called
 * from one thread at a time. */
struct stats *stats_for(struct stats_all *all, const char *model,
    const char *version, const char *variant, const char *digest);
/* `unseen`: of the rows, those with a category the model has never seen. */
void stats_count(struct stats *s, uint64_t rows, uint64_t unseen, int ok,
    int64_t micros);
/* The text exposition format. `rows_logged`, `rows_dropped`: of the request
 * log. */
void stats_write(struct buf *out, const struct stats_all *all, int ready,
    uint64_t rows_logged, uint64_t rows_dropped);
void stats_free(struct stats_all *all);

#endif
