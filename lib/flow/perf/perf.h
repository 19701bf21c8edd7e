/*
 * flow/perf/perf.h - what a server answered, or a table of answers, beside the
 * labels that came later: read row by row and handed to judge/late.
 *
 * Which columns are the answers is found by their names, as mlv-serve writes
 * them: probabilities.CLASS and label of a classifier, prediction of a
 * regression; or they are said.
 */
#ifndef FLOW_PERF_PERF_H
#define FLOW_PERF_PERF_H

#include "judge/late/late.h"
#include "flow/perf/weak.h"
#include "read/options.h"
#include "reqlog/reqlog.h"

enum perf_estimate { PERF_NONE, PERF_CBPE, PERF_DLE };

struct perf_opts {
	char *const *path;		/* of request logs, or of one table */
	size_t n_paths;
	const char *labels;		/* a table's path */
	struct table_read_opts read;	/* of both tables */
	const char *key, *label_key;	/* label_key NULL: the same */
	const char *target;		/* NULL: the labels' other column */
	const char *score, *answer;	/* columns; NULL: found by name */
	const char *positive;		/* class; NULL: the last */
	const char *time;		/* column of a table, or NULL */
	const char *const *by;
	size_t n_by;
	double threshold;
	bool latest;
	enum perf_estimate estimate;
	const char *const *features;	/* of PERF_DLE; none: all that can */
	size_t n_features;
	uint64_t sample;	/* the most answers that dle and weak go by */
	uint64_t weak_rows;	/* the least of a weak segment; 0: not sought */
	int64_t reference_until;	/* 0: every labelled row teaches */
	struct reqlog_filter filter;
	const char *folder;		/* for temporary files */
};

struct perf_found {
	enum task task;
	const char *positive;		/* binary, or NULL */
	const char *target;
	uint64_t skipped;		/* lines of the log that are none */
	struct weak_found weak;
	uint64_t sampled;	/* answers that dle and weak went by, where
				 * they are not all; or 0 */
	uint64_t unscored;		/* rows without a whole answer */
	struct arena arena;
};

/* Both are released by the caller in any case. */
int perf_run(struct late_report *r, struct perf_found *found,
    const struct perf_opts *o, struct err *e);

#endif
