/*
 * drift/compare.h - did the data change?  Two tables, or two profiles,
 * column by column.
 *
 * Columns pair by name.  A column's kind is Evidently's reading of the
 * current side: float64 is a number; int64 is one too, unless it has at most
 * 10 distinct values and none missing, then categories; boolean and
 * category are categories; strings that are more than half distinct on
 * both sides are text, which no test here fits: refused by name unless
 * excluded, or a method is named for it (then they are categories).
 * Date-times are not compared.  Missing and infinite values are left out on
 * each side alone; a column that has no value left on a side is `unknown`,
 * its score NaN.
 *
 * The dataset drifted when drifted columns / columns compared >= share.
 *
 * Two profiles: a column of which both sides know all values is tested as
 * rows are.  Otherwise wasserstein and ks give bounds, [low, high] around
 * the score, that hold whatever the values inside the buckets were; a
 * column whose bounds straddle the threshold is `unknown`.
 */
#ifndef DRIFT_COMPARE_H
#define DRIFT_COMPARE_H

#include "base/arena.h"
#include "stat/twosample.h"
#include "profile/profile.h"
#include "table/table.h"

#define DRIFT_BARS 16

struct drift_setting {
	const char *column;	/* NULL: every column (that a method fits) */
	enum ts_method method;	/* of drift_opts.method */
	double threshold;	/* of drift_opts.threshold */
};

struct drift_opts {
	const struct drift_setting *method, *threshold;
	size_t n_method, n_threshold;
	const char *const *only, *const *exclude;
	size_t n_only, n_exclude;
	const char *target, *prediction;	/* NULL: none */
	double share;				/* 0.5 is usual */
	int threads;				/* 0: the default */
};

struct drift_column {
	const char *name, *role;	/* "feature" "target" "prediction" */
	bool numeric;
	enum ts_method method;
	double score, low, high, threshold;
	bool drifted, unknown;
	uint64_t n_ref, n_cur;		/* values compared */
	uint64_t missing_ref, missing_cur;
	/* Shares by sixteenth of the joint range, or of the first values;
	 * for pictures. */
	double bar_ref[DRIFT_BARS], bar_cur[DRIFT_BARS];
	size_t bars;
};

struct drift_names {
	const char **v;
	size_t n;
};

struct drift_report {
	struct drift_column *col;	/* in the reference's order */
	size_t n, count, unknowns;	/* columns; drifted; unknown */
	double share;
	bool drifted;
	bool unknown;			/* the unknown ones decide */
	struct drift_names gone, added, skipped;
	struct arena arena;		/* owns all of it */
};

/* One side: a table or a profile, the other member NULL. */
struct drift_side {
	const struct table *t;
	const struct profile *p;
};

/* Both sides of the same sort.  ERR_NOENT: a named column is on neither
 * side; ERR_UNSUPPORTED: a column cannot be compared, with the option that
 * settles it; a side has no rows, or nothing is left to compare. */
int drift_compare(struct drift_report *r, const struct drift_side *ref,
    const struct drift_side *cur, const struct drift_opts *o, struct err *e);
void drift_release(struct drift_report *r);

#endif
