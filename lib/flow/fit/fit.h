/*
 * flow/fit/fit.h - a table in, a proven ONNX model out.
 *
 * Reads the training and validation rows, makes them ready (learn/frame.h),
 * fits the learner (learn/learner.h), and builds the graph.  Before the file
 * appears the graph is loaded by our own engine and asked for some training
 * rows; what it says must be what the learner says.  Golden rows with their
 * answers travel in the model: rows drawn from the training profile, or those
 * training rows where that was asked for.  A validation set is judged by
 * that same engine (judge/evaluate.h).
 *
 * The bytes depend on the rows, the parameters and the seed alone: not on
 * time, path, or number of threads.
 *
 * With folds the learner is fitted to the rest of each fold and judged on it
 * first; the model itself is then fitted to all rows.
 *
 * Inside a repository a fit is a run: its inputs, parameters, metrics by
 * iteration, cost and model are recorded, and the model file appears after
 * its content is stored and the run sealed.
 */
#ifndef FLOW_FIT_FIT_H
#define FLOW_FIT_FIT_H

#include "base/progress.h"
#include "catalog/catalog.h"
#include "judge/evaluate.h"
#include "judge/folds.h"
#include "learn/learner.h"
#include "quality/folds.h"
#include "read/whole.h"

#define FIT_GOLDEN 8		/* rows */
#define FIT_PARTS_BYTES ((size_t)32 << 20)

struct fit_request {
	const char *data, *valid;	/* names; valid may be NULL */
	const struct table_read_opts *read;
	struct frame_opts frame;
	struct learner_request learn;	/* `watched` is set here */
	bool drop_missing;		/* rows without a target */
	struct folds_opts cv;		/* folds 0: none; its stratify is set
					 * here where the target is of classes */
	const char *output;		/* a path; NULL: the run keeps it */
	const char *name;		/* a word for the run, or NULL */
	const char *parent;		/* the run it is a part of, or NULL */
	bool golden_real;		/* training rows may travel */
	bool intervals;			/* of the metrics of `valid` */
	uint64_t keep_bytes;		/* what rows kept for the next fit may
					 * take; 0: none are */
	size_t parts_bytes;		/* CSV of more bytes is read so many
					 * at a time; 0: FIT_PARTS_BYTES */
	const struct log *log;
	/* Told of the metric of that name after each fold; true: enough, which
	 * is ERR_STOPPED.  Or NULL. */
	bool (*judged)(void *ctx, int64_t fold, double value);
	void *judged_ctx;
	const char *judged_metric;
};

#define FIT_OUTPUT "model.onnx"	/* the name of what the run keeps */

struct fit_outcome {
	char label[300];		/* "run:ID", or "" outside */
	struct oid model;
	uint64_t size;
	enum task task;
	const char *positive;		/* of two classes; else NULL */
	size_t rows, features;
	size_t dropped;			/* rows without a target */
	int64_t iterations;
	bool converged;
	const char *warning;		/* a sentence of the learner's, or NULL */
	bool judged;			/* `valid` is filled */
	struct evaluation valid;
	const char *cv_kind;		/* folds_kind, or NULL: no folds */
	struct fold_metrics cv;
	const char *loss_name;		/* of training: "train.logloss" */
	double loss;
	struct arena arena;
};

/* ERR_USAGE for words the user can mend; nothing is left at `output` unless
 * 0 is returned, or ERR_UNPROVEN set: then *out is filled, too. */
int fit_model(struct fit_outcome *out, struct catalog *c,
    const struct fit_request *rq, struct err *e);
void fit_outcome_release(struct fit_outcome *out);

#endif
