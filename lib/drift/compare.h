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
 * A verdict takes more than a test of values.  Drift is, besides what the
 * test says:
 *	- a share of rows without a value that moved by `missing` or more, and
 *	  by more than chance, and an emptied column;
 *	- a column that is gone, unless the current side is `partial`;
 *	- a type that changed between numbers, words and dates.
 * Not drift is what sampling noise of both sides explains: a chance of the
 * difference (ts_chance) above DRIFT_LEVEL divided by the columns.  With
 * fewer than min_rows values on a side the column is not judged: few.
 * `evidently` leaves all of that out, so that the verdicts are Evidently's.
 *
 * The dataset drifted when drifted columns / columns compared >= share, of
 * their weights where these are given.
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
#define DRIFT_LEVEL 0.05
#define DRIFT_NAMED 10		/* new categories that are named */

/* What decided a column's verdict. */
enum drift_by {
	DRIFT_BY_TEST, DRIFT_BY_MISSING, DRIFT_BY_GONE, DRIFT_BY_TYPE,
	DRIFT_BY_CHANCE,	/* the test says drift, but it is noise */
	DRIFT_BY_FEW,		/* too few values */
	DRIFT_BY_FAILURE	/* the test cannot be run: `why` */
};

struct drift_setting {
	const char *column;	/* NULL: every column (that a method fits) */
	enum ts_method method;	/* of drift_opts.method */
	double threshold;	/* of drift_opts.threshold */
};

/* How much a column matters; one that is not named does not. */
struct drift_weight {
	const char *column;
	double weight;
};

struct drift_opts {
	const struct drift_setting *method, *threshold;
	size_t n_method, n_threshold;
	const char *const *only, *const *exclude;
	size_t n_only, n_exclude;
	const char *target, *prediction;	/* NULL: none */
	double share;				/* 0.5 is usual */
	double missing;		/* least difference of missing shares */
	uint64_t min_rows;	/* fewer: too few; 0: any */
	bool evidently;		/* verdicts by the tests alone */
	bool partial;	/* the current side may lack columns (a log) */
	const struct drift_weight *weight;	/* none: all the same */
	size_t n_weight;
	int threads;				/* 0: the default */
};

struct drift_names {
	const char **v;
	size_t n;
};

struct drift_column {
	const char *name, *role;	/* "feature" "target" "prediction" */
	bool numeric;
	bool date;			/* judged by missing values alone */
	enum ts_method method;
	double score, low, high, threshold;
	bool drifted, unknown;
	bool test_drifted;		/* what the test alone says */
	enum drift_by by;
	const char *why;		/* of DRIFT_BY_FAILURE, or NULL */
	double chance;			/* ts_chance, or NaN: not asked */
	enum col_type type_ref, type_cur;
	uint64_t rows_ref, rows_cur;
	uint64_t n_ref, n_cur;		/* values compared */
	uint64_t missing_ref, missing_cur;
	/* Categories that the reference has not: the most frequent ones by
	 * name, how many they are, and in how many rows. */
	struct drift_names fresh;
	uint64_t fresh_count, fresh_rows;
	/* Shares by sixteenth of the joint range, or of the first values;
	 * for pictures. */
	double bar_ref[DRIFT_BARS], bar_cur[DRIFT_BARS];
	size_t bars;
};

struct drift_report {
	struct drift_column *col;	/* in the reference's order */
	size_t n, count, unknowns;	/* columns; drifted; unknown */
	double share;
	double weighted;		/* the share by weight */
	bool drifted;
	bool unknown;			/* the unknown ones decide */
	bool few;			/* too few rows on a side */
	struct drift_names gone, added, skipped;
	struct arena arena;		/* owns all of it */
};

/* One side: a table or a profile, the other member NULL. */
struct drift_side {
	const struct table *t;
	const struct profile *p;
	struct names *names;		/* of t; drift_compare's own */
};

/* Both sides of the same sort.  ERR_NOENT: a named column is on neither
 * side; ERR_UNSUPPORTED: a column cannot be compared, with the option that
 * settles it; a side has no rows, or nothing is left to compare. */
int drift_compare(struct drift_report *r, const struct drift_side *ref,
    const struct drift_side *cur, const struct drift_opts *o, struct err *e);
void drift_release(struct drift_report *r);

#endif
