/*
 * fitting.h - what the verbs that fit a learner share: the options that say
 * from what, how, and by what it is judged.
 */
#ifndef MLV_TRAIN_FITTING_H
#define MLV_TRAIN_FITTING_H

#include "cli/cli.h"
#include "cli/reading.h"
#include "flow/fit/fit.h"
#include "words.h"

struct fitting_opts {
	struct reading read;
	struct fit_request rq;		/* options of one value lie there */
	struct table_read_opts read_opts;	/* filled by fitting_fill */
	struct texts set, drop, categorical, numeric;
	int64_t threads;
	int golden;
};

extern const struct opt_word golden_words[];

#define FITTING_OPTIONS(s, m) \
	{ OPT_TEXT, 'v', "valid", offsetof(s, m.rq.valid), "NAME", \
	    "rows to judge by, and for gbdt to stop early by" }, \
	{ OPT_INT, 0, "cv", offsetof(s, m.rq.cv.folds), "K", \
	    "judge by K folds first: fitted to the rest of each", \
	    .high = FOLDS_MAX }, \
	{ OPT_TEXT, 0, "by", offsetof(s, m.rq.cv.by), "COLUMN", \
	    "of --cv: keep rows with the same value in one fold" }, \
	{ OPT_TEXT, 0, "time", offsetof(s, m.rq.cv.time), "COLUMN", \
	    "of --cv: judge by what comes after what was learned" }, \
	{ OPT_TEXTS, 's', "set", offsetof(s, m.set), "NAME=VALUE", \
	    "a parameter of the learner; repeatable" }, \
	{ OPT_LIST, 'd', "drop", offsetof(s, m.drop), "COLUMN,...", \
	    "columns to leave out" }, \
	{ OPT_FLAG, 0, "drop-missing-target", \
	    offsetof(s, m.rq.drop_missing), NULL, \
	    "leave rows out that have no target" }, \
	{ OPT_LIST, 0, "categorical", offsetof(s, m.categorical), \
	    "COLUMN,...", "take these as categories" }, \
	{ OPT_LIST, 0, "numeric", offsetof(s, m.numeric), "COLUMN,...", \
	    "take these keys or date-times as numbers" }, \
	{ OPT_WORD, 0, "task", offsetof(s, m.rq.frame.task), "TASK", \
	    "binary, multiclass or regression, instead of finding out", \
	    .words = task_words }, \
	{ OPT_TEXT, 0, "positive", offsetof(s, m.rq.frame.positive), "CLASS", \
	    "of two classes the positive one; default the last" }, \
	{ OPT_TEXT, 0, "weight", offsetof(s, m.rq.frame.weight), "COLUMN", \
	    "how much each row counts" }, \
	{ OPT_WORD, 0, "golden-rows", offsetof(s, m.golden), "WORD", \
	    "rows in the model to check it by: profile (drawn) or real", \
	    .words = golden_words }, \
	{ OPT_INT, 0, "seed", offsetof(s, m.rq.learn.seed), "N", \
	    "of whatever is drawn" }, \
	{ OPT_INT, 0, "threads", offsetof(s, m.threads), "N", \
	    "how many; the model is the same for any number", .high = 1024 }, \
	READING_OPTIONS(s, m.read)

/* Do they go together?  0, or the exit status after a message. */
int fitting_check(struct cli *c, const struct fitting_opts *o);
/* o->rq, all but its output and name; likewise. */
int fitting_fill(struct cli *c, struct fitting_opts *o, const char *data);

#endif
