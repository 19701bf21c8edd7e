/*
 * learn/learner.h - the learners: one struct of functions for each, all of
 * them in one table.
 *
 *	logistic	two classes or more, learn/linear/linear.h
 *	linear		numbers, learn/linear/linear.h
 *	gbdt		all of them, learn/gbdt/gbdt.h
 *
 * Beside the graph stands what the learner itself says for some rows, so
 * that the graph can be proved right (flow/fit/proof.c) before it is written.
 *
 * A new learner is one file in learn/learners and its line in LEARNERS
 * below.  Its table of parameters (learn/hyperparam.h) stands there, but for
 * gbdt, whose table is gbdt/params.c.
 */
#ifndef LEARN_LEARNER_H
#define LEARN_LEARNER_H

#include "base/progress.h"
#include "learn/frame.h"
#include "learn/gbdt/bin.h"
#include "learn/hyperparam.h"
#include "learn/learned.h"
#include "learn/objective.h"

struct learner_request {
	const char *name;
	const struct param *set;	/* --set NAME=VALUE, in order */
	size_t n_set;
	int64_t seed;
	int threads;			/* 0: as pool_new */
	bool watched;			/* there are validation rows */
	const struct progress *progress;
	/* Told of the metric that the validation rows are watched by after
	 * each round: true, and learning ends with ERR_STOPPED.  Or NULL. */
	bool (*round)(void *ctx, int64_t round, double value);
	void *round_ctx;
};

/* What is learned from; all but `train` may be NULL. */
struct learner_rows {
	const struct frame *train, *valid;
	const struct frame *probe;	/* rows the learner is to answer */
	/* the same rows as bins, where the learner takes them so: then no
	 * value of a feature is looked at */
	const struct bins *train_bins, *valid_bins;
};

#define LEARNER_TASK(task) (1U << (task))

struct learner {
	const char *name;
	const char *help;		/* one line */
	unsigned tasks;			/* LEARNER_TASK | ... */
	struct hyperparams params;
	size_t params_size;		/* of the struct the table fills */

	/* Fails and says what to use instead for such rows; or NULL. */
	int (*refuse)(const struct frame *f, struct err *e);
	/* How its rows are put into bins; NULL: it takes them as they are. */
	void (*bins)(struct bin_params *out, const void *params);
	/* Defaults that hang on the request; or NULL. */
	void (*preset)(void *params, const struct learner_request *rq);
	/* Do the parameters go together?  ERR_USAGE.  Or NULL. */
	int (*check)(const void *params, const struct learner_request *rq,
	    struct err *e);
	int (*fit)(void **model, const struct learner_rows *rows,
	    const void *params, const struct learner_request *rq,
	    struct err *e);
	/* The task that the parameters mean, or TASK_AUTO; or NULL. */
	enum task (*task_of)(const void *params);
	/* What the model minimised; NULL: the objective of its task. */
	const struct objective *(*objective)(const void *model);
	/* The scores of a row, before the objective's link. */
	void (*score)(double *score, const void *model, const struct frame *f,
	    size_t row);
	/* From the inputs of the graph to its outputs. */
	void (*emit)(struct arena *a, struct onnx_model *graph,
	    const struct frame *f, const void *model);
	/* Histories, iterations, warning. */
	void (*report)(struct learned *out, struct arena *a,
	    const struct frame *f, const void *model);
	void (*free)(void *model);
};

#define LEARNERS(ONE) \
	ONE(logistic) \
	ONE(linear) \
	ONE(gbdt)

#define LEARNER_DECLARE(name) extern const struct learner learner_##name;
LEARNERS(LEARNER_DECLARE)
#undef LEARNER_DECLARE

/* In the order of the table; NULL past the end. */
const struct learner *learner_at(size_t i);
/* ERR_USAGE names the known ones. */
int learner_find(const struct learner **out, const char *name, struct err *e);
/* "logistic, linear and gbdt", with that word before the last. */
const char *learner_names(struct arena *a, const char *last);
/* The task it is for where it is for one alone, else TASK_AUTO. */
enum task learner_task(const struct learner *l);
/* The same, or that of its objective when that is asked for; parameters that
 * are wrong are refused later.  ERR_USAGE: no such learner. */
int learner_settle_task(enum task *t, const struct learner_request *rq,
    struct err *e);

/* Every parameter that counts, given or by default, by its own name.
 * ERR_USAGE: an unknown one, a value it does not take, or one given by two
 * of its names. */
int learner_params(struct json **out, struct arena *a,
    const struct learner_request *rq, struct err *e);
/* May that learner have this value for a parameter of that name, whatever the
 * others are?  ERR_USAGE. */
int learner_check_param(const char *learner, const struct param *p,
    struct err *e);
/* How the rows are put into bins; false where they are not, or the parameters
 * are wrong, which learner_fit will say. */
bool learner_bins(struct bin_params *out, const struct learner_request *rq);
/* ERR_USAGE: as learner_params, or a task the learner is not for. */
int learner_fit(struct learned *out, struct arena *a,
    const struct learner_rows *rows, const struct learner_request *rq,
    struct err *e);

#endif
