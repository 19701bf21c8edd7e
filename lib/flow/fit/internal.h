/*
 * flow/fit/internal.h - a fit under way, and its steps.  Private to flow/fit.
 */
#ifndef FLOW_FIT_INTERNAL_H
#define FLOW_FIT_INTERNAL_H

#include "base/file.h"
#include "catalog/bytes.h"
#include "exec/meter.h"
#include "flow/fit/fit.h"
#include "model/score.h"
#include "profile/profile.h"
#include "track/journal.h"

struct fitting {
	struct catalog *c;
	struct repo *s;		/* NULL outside a repository */
	const struct fit_request *rq;
	struct fit_outcome *out;
	struct arena arena;
	struct table_read_opts read;
	struct frame_opts frame_opts;	/* the request's, the task settled */
	struct learner_request learn;
	struct catalog_bytes train_bytes, valid_bytes;
	struct table *train_table, *valid_table;
	struct names *train_names;	/* of train_table */
	struct table *train_read, *valid_read;	/* what those borrow from, or
						 * NULL */
	struct frame train, valid;
	struct learned learned;
	struct profile *profile;	/* of the training rows */
	size_t probe[FIT_GOLDEN], n_probes;
	struct binding *plan;
	struct buf bytes;
	struct out_file file;
	bool file_open;
	struct journal *j;
	struct meter meter;
};

/* A column of the training table, which has it. */
const struct column *fit_column(const struct fitting *f, const char *name);
/* Opens the file that is to appear; f->file_open says so. */
int fit_open_output(struct fitting *f, struct err *e);
/* Can the model be put there?  Nothing stays meanwhile: a kill while
 * learning leaves nothing behind. */
int fit_try_output(struct fitting *f, struct err *e);
/* The tables and frames of training and validation. */
int fit_read_rows(struct fitting *f, struct err *e);

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
/* Rows as the scorer wants them, drawn from the profile; *rows of the table
 * are filled, 0 where every drawn one was a training row. */
int fit_golden_rows(struct table **out, size_t *rows, struct fitting *f,
    struct err *e);

#endif
