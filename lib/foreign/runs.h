/*
 * foreign/runs.h - runs that other trackers wrote, taken over as runs.
 *
 * A run's ID is made of when it began and who it was there, so what was taken
 * over once is found again and left alone; times, steps and values are those
 * that were written.  A run that cannot be read is told and the others go on.
 */
#ifndef FOREIGN_RUNS_H
#define FOREIGN_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "catalog/catalog.h"

struct imported {
	const char *id;		/* ours */
	const char *name;	/* what it was called, or "" */
	const char *path;	/* where it lay */
	bool added;		/* false: it was there already */
	const struct err *why;	/* it could not be read; id is NULL then */
};

struct import_request {
	struct catalog *catalog;	/* with a repository */
	const char *path;
	const struct log *log;
	/* Called for each run, in order of their paths. */
	void (*done)(void *ctx, const struct imported *run);
	void *ctx;
};

/*
 * MLflow's file store (mlruns): an experiment a folder, in it a run a folder.
 * `path` may be the store, an experiment or a run.  Parameters, metrics with
 * all their steps, tags, status and artifacts come along; the experiment's
 * name is the tag mlflow.experiment.  Deleted ones (.trash, lifecycle) do
 * not.  ERR_NOENT when there is no run below it.
 *
 * Or `path` is MLflow's SQLite file: the same, data sets too; of artifacts
 * those that lie below its folder.
 */
int import_mlruns(const struct import_request *rq, struct err *e);

/*
 * TensorBoard's event files (events.out.tfevents.*): a folder that holds some
 * is a run, named by its path below `path`.  Scalars are metrics, hparams
 * parameters.  A record cut short at the end of a file is left out; one whose
 * checksum is wrong is an error.
 */
int import_tensorboard(const struct import_request *rq, struct err *e);
/* The scalars alone, of an event file or of all below a folder: in a folder
 * below, the tag follows that folder's path.  fn returns 0 to go on; `tag` has
 * n bytes. */
int tensorboard_scalars(const char *path,
    int (*fn)(void *ctx, const char *tag, size_t n, int64_t step, double value,
    int64_t us, struct err *e), void *ctx, struct err *e);

#endif
