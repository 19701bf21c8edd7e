/*
 * tracking/runs.h - the runs of a repository in memory, as MLflow's API asks
 * for them: what it searches without opening a file.  Private to
 * lib/tracking; its caller holds a lock.
 */
#ifndef TRACKING_RUNS_H
#define TRACKING_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/intern.h"
#include "catalog/catalog.h"
#include "track/run.h"

struct pair {
	uint32_t key;			/* of runs.keys */
	char *value;
};

/* The newest point of a metric (track/run.h). */
struct latest {
	uint32_t key;
	double value;
	int64_t step, ms;
};

struct tracked_run {
	char *id, *experiment, *name, *user;
	enum run_status status;		/* as it was said; see tracked_status */
	int64_t start_ms, end_ms;
	int64_t heard_us;		/* of one that lives by a lease */
	int64_t lease_s;		/* 0: none, the command line runs it */
	bool scheduled, deleted, sealed;
	bool brief;			/* metrics without step and time */
	struct pair *param, *tag;
	size_t n_params, n_tags, room_params, room_tags;
	struct latest *metric;
	size_t n_metrics, room_metrics;
	/* JSON: lists of what it read, or NULL */
	char *datasets, *model_inputs, *model_outputs;
	uint64_t size;			/* of its journal, when it was read */
	uint64_t stamp;			/* of its ref, when it was read */
};

struct runs {
	struct catalog *c;
	struct intern *keys;		/* of parameters, tags, metrics */
	struct intern *ids;
	struct tracked_run **v;		/* (ids), in no order */
	size_t room;
	int64_t seen_ns;		/* the time of the refs' folder when
					 * they were listed; -1: look again */
	int64_t looked_us;
};

int runs_init(struct runs *rs, struct catalog *c, struct err *e);
void runs_release(struct runs *rs);
/* Runs that other processes began, went on with or ended; looked for at most
 * a few times a second. */
int runs_refresh(struct runs *rs, struct err *e);

size_t runs_count(const struct runs *rs);
/* NULL when there is none. */
struct tracked_run *runs_find(const struct runs *rs, const char *id);
/* A new, empty one. */
struct tracked_run *runs_add(struct runs *rs, const char *id);

/* The same run, its metrics' steps and times read if they were not. */
struct tracked_run *runs_complete(struct runs *rs, struct tracked_run *r);
/* What we wrote of a sealed run needs no reading. */
void tracked_is_read(const struct runs *rs, struct tracked_run *r);

/* "RUNNING" ... as MLflow has it now. */
const char *tracked_status(const struct tracked_run *r, int64_t now_us);

/* The value, or NULL. */
const char *tracked_param(const struct runs *rs, const struct tracked_run *r,
    const char *key);
const char *tracked_tag(const struct runs *rs, const struct tracked_run *r,
    const char *key);
void tracked_set_param(struct runs *rs, struct tracked_run *r, const char *key,
    const char *value);
/* value NULL: the tag goes. */
void tracked_set_tag(struct runs *rs, struct tracked_run *r, const char *key,
    const char *value);
void tracked_add_point(struct runs *rs, struct tracked_run *r,
    const char *key, int64_t step, int64_t ms, double value);
/* Replace a text of the run by a copy. */
void tracked_set_text(char **text, const char *value);
const char *runs_key(const struct runs *rs, uint32_t key);

#endif
