/*
 * deploy/stats.h - what a server counts; written for Prometheus by
 * deploy/metrics.h.
 *
 * One `struct version_stats` for each name, number and variant that was ever
 * served, and one `struct endpoint_stats` for each endpoint; they stay until
 * the end, so that counters never go back.  A file that is replaced goes on
 * with those it had.  Beyond STATS_VERSIONS_MAX versions of a name, new ones
 * are counted together as version "other": what Prometheus keeps is bounded.
 * Counting takes no lock.
 */
#ifndef DEPLOY_STATS_H
#define DEPLOY_STATS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

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

#define STATS_VERSIONS_MAX 128	/* of a name and variant */

/* What is counted of an endpoint, and what it serves now. */
struct endpoint_stats {
	char model[130];		/* its name */
	char label[64];			/* "": it is not asked by one alone */
	_Atomic uint64_t reloads, reload_failures;
	/* another version is there, but could not be taken up */
	_Atomic bool held_back[VARIANTS];
	/* the rest under the lock of all */
	bool open;			/* there is such an endpoint now */
	struct served {
		const struct version_stats *stats;	/* or NULL: nothing */
		char number[24], digest[80];
	} now[VARIANTS];
	char why[256];			/* nothing is served yet; or "" */
	struct endpoint_stats *next;
};

struct server_stats {
	struct version_stats *_Atomic first;
	_Atomic uint64_t bad_requests;
	_Atomic int64_t in_flight;
	struct mutex lock;		/* of adding, and of what is served */
	struct endpoint_stats *endpoint;
};

void server_stats_init(struct server_stats *all);
void server_stats_release(struct server_stats *all);

/* The counters of an endpoint that is opened, with those that an earlier one
 * of that name and label had; owned by `all`.  `label`: "" for none. */
struct endpoint_stats *server_stats_open(struct server_stats *all,
    const char *model, const char *label);
/* It is closed: nothing of it is served any more. */
void server_stats_close(struct server_stats *all, struct endpoint_stats *p);

/* The counters of a version as that variant, made when they are new; owned
 * by `all`. */
struct version_stats *server_stats_of(struct server_stats *all,
    enum variant variant, const char *model, const char *number);
/* What an endpoint serves as that variant from now on; NULL: nothing. */
void server_stats_serve(struct server_stats *all, struct endpoint_stats *p,
    enum variant variant, const struct served *what);
/* Why an endpoint serves nothing; "" once it does. */
void server_stats_explain(struct server_stats *all,
    struct endpoint_stats *p, const char *why);
/* Copies it. */
void server_stats_why(char *why, size_t room, struct server_stats *all,
    const struct endpoint_stats *p);
/* Count a request that was answered.  `unseen`: of the rows, those with a
 * category the model has never seen. */
void version_stats_answered(struct version_stats *s, uint64_t rows,
    uint64_t unseen, int64_t micros);
/* Count a request that could not be answered. */
void version_stats_failed(struct version_stats *s, int64_t micros);
#endif
