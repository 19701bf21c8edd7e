/*
 * deploy/stats.h - what a server counts, for Prometheus.
 *
 * One `struct version_stats` for each name, number and variant that was ever
 * served; they are few and stay until the end, so that counters never go
 * back.  A file that is replaced goes on with those it had.  Counting takes
 * no lock.
 */
#ifndef DEPLOY_STATS_H
#define DEPLOY_STATS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/thread.h"
#include "deploy/variant.h"

#define STATS_BUCKETS 16	/* upper bounds 10 us * 2^i, then infinity */

struct version_stats {
	char model[130], number[24];
	enum variant variant;
	_Atomic uint64_t requests, errors, rows, unseen;
	_Atomic uint64_t bucket[STATS_BUCKETS + 1];
	_Atomic uint64_t micros;	/* sum of latencies */
	struct version_stats *next;
};

struct server_stats {
	struct version_stats *_Atomic first;
	_Atomic uint64_t reloads, reload_failures, bad_requests;
	_Atomic int64_t in_flight;
	/* another version is there, but could not be taken up */
	_Atomic bool held_back[VARIANTS];
	struct mutex lock;		/* of what is served now */
	struct served {
		const struct version_stats *stats;	/* or NULL: nothing */
		char digest[80];
	} now[VARIANTS];
};

void server_stats_init(struct server_stats *all);
void server_stats_release(struct server_stats *all);

/* The counters of a version as that variant, made when they are new; owned
 * by `all`.  Called from one thread at a time. */
struct version_stats *server_stats_of(struct server_stats *all,
    enum variant variant, const char *model, const char *number);
/* What is served as that variant from now on, and the digest of its file;
 * stats NULL: nothing. */
void server_stats_serve(struct server_stats *all, enum variant variant,
    const struct version_stats *stats, const char *digest);
/* Count a request that was answered.  `unseen`: of the rows, those with a
 * category the model has never seen. */
void version_stats_answered(struct version_stats *s, uint64_t rows,
    uint64_t unseen, int64_t micros);
/* Count a request that could not be answered. */
void version_stats_failed(struct version_stats *s, int64_t micros);
/* The text exposition format.  `rows_logged`, `rows_dropped`: of the request
 * log; `shadow_dropped`: that a shadow did not get to see. */
void server_stats_write(struct buf *out, struct server_stats *all,
    bool ready, uint64_t rows_logged, uint64_t rows_dropped,
    uint64_t shadow_dropped);

#endif
