/*
 * track/journal.h - writing the journal of a run.
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
 * Links: rel "input" (what it read; of a fit what it learned from), "valid"
 * (what a fit was judged by), "code" (a script), "output" (what it made;
 * `name` is its path), "stdout", "stderr", "diff".  Their objects are stored
 * before the link is written.
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
#include "track/run.h"

struct journal;

struct journal_start {
	const char *verb;		/* "run", "fit" */
	const char *const *command;	/* NULL-ended, or NULL */
	const char *name;		/* a word of the user's, or NULL */
	const struct json *facts;	/* map: members of line one; or NULL */
	/* told by whoever runs it elsewhere; 0 and NULL: now, and us */
	int64_t begin_us;
	const char *user;
	const char *parent;		/* the run it is a part of, or NULL */
	/* nothing is synced before its end: a power cut may lose it */
	bool unsynced;
};

/* Begin a run with a fresh ID; needs a repository. */
int journal_begin(struct journal **j, struct catalog *c,
    const struct journal_start *start, struct err *e);
const char *journal_id(const struct journal *j);	/* "20260102-030405-4f2a9c01" */
int64_t journal_size(const struct journal *j);	/* bytes written */
/* The descriptor that keeps the run alive: let the command inherit it. */
int journal_fd(const struct journal *j);
/* Append to a living run from another process, named as for run_read;
 * ERR_NO when it has ended.  journal_close ends the appending, not the run. */
int journal_join(struct journal **j, struct catalog *c, const char *run,
    struct err *e);

/* The same to a run that nobody holds, which has a lease: the fact "lease_s"
 * of its first line.  ERR_NOENT when there is no such journal. */
int journal_open(struct journal **j, struct catalog *c, const char *id,
    struct err *e);
/* A sealed run that goes on: its journal is a file again. */
int journal_resume(struct journal **j, struct catalog *c, const char *id,
    struct err *e);
/* Whole lines at once, made with track/ended.h. */
int journal_append(struct journal *j, const struct buf *lines, struct err *e);

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
/* The same of a run that ended then. */
int journal_seal_at(struct catalog_put *put, struct journal *j,
    enum run_status status, int exit_status, int64_t end_us, struct err *e);
/* Give up the handle; a run not sealed reads as killed afterwards. */
void journal_close(struct journal *j);

/* A parameter as people type it: a number, true, false, null, else text. */
struct json *journal_value(struct arena *a, const char *text);

#endif
