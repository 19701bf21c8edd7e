/*
 * track/journal.h - tracked runs.
 *
 * While a run lives its journal is .mlv/runs/ID.jsonl: one JSON object a
 * line, appended only.  Whoever runs it holds a lock on byte 0, and so does
 * the command it starts, which inherits the descriptor; so a kill of either
 * or both shows at once.  Whoever appends locks byte 1 for the write.  At
 * the end the journal is sealed: stored as an object, described by a run
 * manifest, named run:ID, and the file removed.
 *
 *	struct journal *j;
 *	journal_begin(&j, c, &(struct journal_start){ .verb = "fit" }, e);
 *	journal_param(j, "learner", json_text_value, e);
 *	journal_metric(j, "valid.auc", 10, 0.84, e);
 *	journal_link(j, "input", TYPE_DATASET, "data:churn@1", &id, size, e);
 *	journal_link(j, "output", TYPE_ONNX, "gbdt.onnx", &id, size, e);
 *	journal_seal(&put, j, RUN_FINISHED, 0, e);
 *
 * Links: rel "input" (what it read), "code" (a script), "output" (what it
 * made; `name` is its path), "stdout", "stderr", "diff".  Their objects are
 * stored before the link is written.
 */
#ifndef TRACK_JOURNAL_H
#define TRACK_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "catalog/manifest.h"
#include "catalog/put.h"
#include "codec/json.h"

struct journal;

enum run_status {
	RUN_RUNNING,		/* byte 0 is locked */
	RUN_FINISHED,
	RUN_FAILED,		/* its command said so; `exit` tells */
	RUN_KILLED,		/* unsealed, unlocked, and this boot began it */
	RUN_UNKNOWN		/* unsealed, begun by another host or boot */
};
const char *run_status_text(enum run_status s);

struct journal_start {
	const char *verb;		/* "run", "fit" */
	const char *const *command;	/* NULL-ended, or NULL */
	const char *name;		/* a word of the user's, or NULL */
	const struct json *facts;	/* map: members of line one; or NULL */
};

/* Begin a run with a fresh ID; needs a repository. */
int journal_begin(struct journal **j, struct catalog *c,
    const struct journal_start *start, struct err *e);
const char *journal_id(const struct journal *j);	/* "20260102-030405-4f2a9c01" */
/* The descriptor that keeps the run alive: let the command inherit it. */
int journal_fd(const struct journal *j);
/* Append to a living run from another process, named as for journal_read;
 * ERR_NO when it has ended.  journal_close ends the appending, not the run. */
int journal_join(struct journal **j, struct catalog *c, const char *run,
    struct err *e);

/* One event each; written whole under the lock on byte 1.  Metrics and
 * parameters are not synced one by one: a power cut may lose the last. */
int journal_param(struct journal *j, const char *name, const struct json *v,
    struct err *e);
int journal_metric(struct journal *j, const char *name, int64_t step,
    double value, struct err *e);
/* The value that counts for the run, where it is not the last one: that of
 * the iteration whose model was kept. */
int journal_summary(struct journal *j, const char *name, double value,
    struct err *e);
int journal_link(struct journal *j, const char *rel, const char *type,
    const char *name, const struct oid *id, uint64_t size, struct err *e);
/* Any other fact ("git", "usage", "energy", "environment"): the last one
 * of a key counts. */
int journal_fact(struct journal *j, const char *key, const struct json *v,
    struct err *e);

/* End the run: RUN_FINISHED or RUN_FAILED with the command's status.  Frees
 * j.  put->label is "run:ID@1", its base name the ID.  What cannot be sealed
 * stays a journal and reads as failed, or as killed where there was no room
 * even for its end. */
int journal_seal(struct catalog_put *put, struct journal *j,
    enum run_status status, int exit_status, struct err *e);
/* Give up the handle; a run not sealed reads as killed afterwards. */
void journal_close(struct journal *j);

/* A run as read back, living or sealed.  All memory in `arena`. */
struct run_metric {
	const char *name;
	size_t n;
	const int64_t *step;	/* (n) */
	const double *value;	/* (n), in order of appending */
	double summary;		/* what journal_summary said, or the last */
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
/* `id`: "run:ID", an ID, a unique beginning of one, the run's `name` (its
 * newest run), or a file that a run put out. */
int journal_read(struct run *r, struct catalog *c, const char *id,
    struct err *e);
/* The newest run that put out these bytes, one that finished if any did. */
int journal_of_output(struct run *r, struct catalog *c,
    const struct oid *output, struct err *e);
void run_free(struct run *r);
const struct run_metric *run_find_metric(const struct run *r,
    const char *name);
/* As {"id":..,"status":..,"params":{..},"metrics":{name: summary},...}:
 * what --where and --sort look at, and the core of --json. */
struct json *run_to_json(struct arena *a, const struct run *r);

/* Every run, newest first.  fn borrows r and returns 0 to go on.  A sealed
 * run's metrics have their summary only (n == 1, step and time 0). */
int journal_list(struct catalog *c,
    int (*fn)(void *ctx, const struct run *r, struct err *e), void *ctx,
    struct err *e);

#endif
