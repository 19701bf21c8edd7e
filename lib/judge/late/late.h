/*
 * judge/late/late.h - predictions, and labels that came weeks later: joined by
 * a key, and how good the predictions were, by day and by segment.
 *
 * Both sides are sorted in files (base/sorter.h) and merged, so memory does
 * not grow with their rows.  Every prediction of a key is judged by the key's
 * label.  A key with one label said twice counts; one with two different
 * labels is left out unless `latest`, and said.  What has no counterpart is
 * counted, never dropped in silence.
 *
 *	late_new(&l, &opts)
 *	late_prediction(l, ...) ...	late_label(l, ...) ...
 *	late_judge(&report, l, e)
 */
#ifndef JUDGE_LATE_LATE_H
#define JUDGE_LATE_LATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/task.h"

#define LATE_METRICS 9
#define LATE_CLASSES_MAX 100
#define LATE_GROUPS_MAX 20000
#define LATE_FEW 30		/* labelled rows below which none is weak */

struct late_text {
	const char *s;			/* NULL: missing */
	size_t n;
};

struct late_opts {
	enum task task;			/* not AUTO */
	/* binary: the positive one last, and the other one NULL where it is
	 * whatever the positive one is not */
	const char *const *classes;
	size_t n_classes;
	double threshold;		/* binary, where no answer is logged */
	const char *const *by;		/* columns whose values are segments */
	size_t n_by;
	bool latest;			/* of two labels the last one counts */
	bool estimate;			/* of classes: CBPE */
	/* Labelled rows before it teach the estimate; 0: all do. */
	int64_t reference_until;
	/* Told of each labelled row: its number as it came, from 1; its answer
	 * less the truth, or of classes 1 where it was wrong; and whether it
	 * teaches the estimate; or NULL. */
	void (*labelled)(void *ctx, uint64_t number, double off,
	    bool teaches);
	void *ctx;
	const char *folder;		/* for what is being sorted */
	size_t memory;			/* of each sort */
};

struct late;

void late_new(struct late **out, const struct late_opts *o);
void late_free(struct late *l);

struct late_prediction {
	struct late_text key;
	int64_t time_us;
	bool timed;			/* else it is of no day */
	const double *score;		/* binary: 1, multiclass: n_classes,
					 * regression: the answer */
	struct late_text answer;	/* class; missing: by the score */
	const struct late_text *by;	/* (n_by) */
};
/* ERR_FORMAT: an answer of no class, a score that is none. */
int late_prediction(struct late *l, const struct late_prediction *p,
    struct err *e);
/* ERR_FORMAT: not a number, of a regression. */
int late_label(struct late *l, const struct late_text *key,
    const struct late_text *label, struct err *e);

/* (2 + n_by) groups of the prediction just given: late_group.id. */
const uint32_t *late_groups(const struct late *l);

struct late_metric {
	const char *name;
	double value, low, high;	/* NAN: not known */
	double estimate, estimate_low, estimate_high;
};

struct late_group {
	const char *by;			/* "all", "day", or a column */
	const char *value;		/* "2026-01-02"; NULL: missing, or all */
	uint32_t id;
	uint64_t predictions, labelled;
	struct late_metric m[LATE_METRICS];
	size_t n;
	bool weak;	/* worse than all, beyond the intervals of both */
};

struct late_count {
	uint64_t n;
	const char *first;		/* a key, or a label */
};

struct late_report {
	struct late_group *group;	/* all, days, segments, in order */
	size_t n;
	uint64_t predictions, labelled, labels;
	struct late_count unlabelled;	/* predictions */
	struct late_count unknown;	/* labels of no prediction */
	struct late_count repeated;	/* labels said again, the same */
	struct late_count conflicting;	/* keys with different labels */
	struct late_count shared;	/* keys of several predictions */
	struct late_count strange;	/* labels of no class */
	uint64_t unkeyed, empty;	/* predictions without a key; labels
					 * without a key or a value */
	bool estimated;
	bool calibrated;
	const char *no_estimate;	/* why there is none, or NULL */
	struct arena arena;
};

/* After it no row is added.  Released by the caller in any case. */
int late_judge(struct late_report *r, struct late *l, struct err *e);
void late_report_release(struct late_report *r);

#endif
