/*
 * flow/fit/internal.h - a fit under way, and its steps.  Private to flow/fit.
 */
#ifndef FLOW_FIT_INTERNAL_H
#define FLOW_FIT_INTERNAL_H

#include "base/file.h"
#include "base/mapping.h"
#include "base/parcel.h"
#include "catalog/bytes.h"
#include "exec/meter.h"
#include "flow/fit/fit.h"
#include "learn/gbdt/bin.h"
#include "model/score.h"
#include "profile/profile.h"
#include "track/journal.h"

/*
 * Rows made ready: to learn from, and to be judged by.  All that a fit wants
 * of them and that does not hang on the parameters of the learner, so that it
 * can be kept for the next fit (flow/fit/kept.c).
 */
struct prepared {
	struct frame train, valid;	/* valid: no rows, no set */
	struct bins train_bins, valid_bins;
	bool binned;
	struct table *probe_rows;	/* FIT_GOLDEN of train: the features,
					 * then the target; or NULL */
	struct frame probe;
	struct buf profile;		/* of the training rows, as JSON */
	struct table *golden;		/* rows drawn from it, or NULL */
	struct table *judged;		/* what answers are judged by, or NULL */
	bool judged_own;
	size_t dropped, judged_dropped;	/* rows without a target */
	struct parcel from;		/* what it borrows from, or nothing */
};

/* What is kept of rows that were read in parts (flow/fit/parts.c), besides a
 * table whose numbers are the float32 a learner sees, mapped. */
struct fit_parts {
	bool tried;
	struct mapping map;
	struct profile *profile;	/* NULL: they were read whole */
	bool rounded;		/* some number is no float32 */
};

/* A name whose rows are read, once they are wanted. */
struct fit_input {
	const char *name;
	struct catalog_bytes bytes;
	bool open;
	struct oid content;		/* none: it is not known before it is
					 * read */
	struct table *table;
	struct table *whole;		/* what that borrows from, or NULL */
	size_t dropped;
	struct fit_parts parts;
};

struct fitting {
	struct catalog *c;
	struct repo *s;		/* NULL outside a repository */
	const struct fit_request *rq;
	struct fit_outcome *out;
	struct arena arena;
	struct table_read_opts read;
	struct frame_opts frame_opts;	/* the request's, the task settled */
	struct learner_request learn;
	struct fit_input data, judge;	/* rq->data, rq->valid */
	struct prepared rows;
	struct learned learned;
	struct binding *plan;
	struct buf bytes;
	struct out_file file;
	bool file_open;
	struct folds folds;		/* once they are dealt */
	bool dealt;
	struct journal *j;
	struct meter meter;
};

/* Opens the file that is to appear; f->file_open says so. */
int fit_open_output(struct fitting *f, struct err *e);
/* Can the model be put there?  Nothing stays meanwhile: a kill while
 * learning leaves nothing behind. */
int fit_try_output(struct fitting *f, struct err *e);
/* What the names mean; nothing is read that may be read later. */
int fit_find_inputs(struct fitting *f, struct err *e);
/* The tables, unless they are there.  Those of validation have the types of
 * `like`. */
int fit_load_train(struct fitting *f, struct err *e);
int fit_load_valid(struct fitting *f, const struct frame *like, struct err *e);
void fit_input_release(struct fit_input *in);
/* The table of training rows, in parts; false: they must be read whole. */
bool fit_load_parts(struct fitting *f);
/* What that left, the table included. */
void fit_parts_release(struct fit_input *in);

/* The rows as they are made ready, or as they were before.  With folds those of
 * fold k (deal is called when they must be known), else all. */
struct fold_of {
	const struct folds *(*deal)(struct fitting *f, struct err *e);
	size_t k;
};
int fit_prepare(struct prepared *p, struct fitting *f,
    const struct fold_of *fold, struct err *e);
void prepared_release(struct prepared *p);
/* Made of the tables. */
int prepared_make(struct prepared *p, struct fitting *f,
    const struct fold_of *fold, struct err *e);

/* In a repository: the run begun, with inputs and parameters. */
int fit_begin_run(struct fitting *f, struct err *e);
/* Metrics by iteration, the summary, what it cost. */
int fit_record_results(struct fitting *f, struct err *e);
/* A run that failed keeps the reason, as those of other commands do. */
void fit_seal_failed(struct fitting *f, const char *why);
/* Early stopping keeps the best iteration's trees, not the last one's. */
double fit_kept_value(const struct fitting *f, const struct history *h);

/* Fits and judges fold by fold, when that is asked for. */
int fit_cross_validate(struct fitting *f, struct err *e);

/* Loads the graph as it will be served and compares its answers with the
 * learner's; f->bytes and f->plan are those of the model with its golden
 * rows. */
int fit_prove(struct fitting *f, struct err *e);
/* Rows with the features of `f`, drawn from the profile of the training rows
 * `t`: as many as are filled, none where every drawn one was among these.
 * *met: one was, as float32 sees it; such numbers say no more. */
int golden_rows(struct table **out, bool *met, const struct frame *f,
    const struct table *t, const struct profile *profile, struct err *e);

#endif
