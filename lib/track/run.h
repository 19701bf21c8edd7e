/*
 * track/run.h - a run as read back, whether it lives or was sealed.
 */
#ifndef TRACK_RUN_H
#define TRACK_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "catalog/manifest.h"
#include "codec/json.h"
#include "store/oid.h"

enum run_status {
	RUN_RUNNING,		/* byte 0 is locked, or its lease is good */
	RUN_FINISHED,
	RUN_FAILED,		/* its command said so; `exit` tells */
	RUN_KILLED,		/* unsealed, unlocked, and this boot began it */
	RUN_UNKNOWN		/* unsealed, begun by another host or boot */
};
const char *run_status_text(enum run_status s);

/* All memory is in the arena of the run. */
struct run_metric {
	const char *name;
	size_t n;
	const int64_t *step;	/* (n) */
	const double *value;	/* (n), in order of appending */
	double summary;		/* what journal_summary said, or that of the
				 * newest point */
	const int64_t *time_us;	/* (n) */
};
struct run {
	struct arena arena;
	const char *id;
	enum run_status status;
	int exit_status;
	const char *verb, *name, *host, *user, *boot;	/* never NULL */
	int64_t begin_us, end_us;	/* end: 0 while it runs or if unknown */
	const struct json *command;	/* list of texts, or NULL */
	const struct json *params;	/* map, never NULL */
	const struct json *facts;	/* map, never NULL */
	struct run_metric *metric;	/* in order of first appearance */
	size_t n_metrics;
	struct link *link;
	size_t n_links;
	struct oid manifest;		/* none while unsealed */
};
void run_free(struct run *r);
const struct run_metric *run_find_metric(const struct run *r,
    const char *name);
/* Which of a metric's points is its newest, as MLflow has it: that of the
 * highest step, of those the latest, of those the greatest value, NaN being 0.
 * Of one that says no time (0) nothing but the order of appending is known. */
struct run_point {
	int64_t step, time;
	double value;
};
bool run_point_is_newer(struct run_point p, struct run_point than);
/* Is it something the run read, not its code? */
bool run_reads(const struct link *l);
/* As {"id":..,"status":..,"params":{..},"metrics":{name: summary},...}:
 * what --where and --sort look at, and the core of --json. */
struct json *run_to_json(struct arena *a, const struct run *r);

#endif
