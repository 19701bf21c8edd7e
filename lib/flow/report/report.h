/*
 * flow/report/report.h - one page on two populations: verdicts, how the values
 * of each column lie, window by window, segment by segment; and, once labels
 * have come, how good its answers were.
 *
 * Aggregates alone: no row, and no category that fewer than REPORT_FEW rows of
 * both sides have.  The same input gives the same bytes.
 */
#ifndef FLOW_REPORT_REPORT_H
#define FLOW_REPORT_REPORT_H

#include "doc/doc.h"
#include "drift/compare.h"
#include "flow/perf/perf.h"
#include "flow/windows/windows.h"

#define REPORT_FEW 5
#define REPORT_PLOTS 16		/* columns that are drawn */
#define REPORT_WINDOWS 400	/* of a timeline, the newest ones */
#define REPORT_SEGMENTS 12	/* values of a column, the most frequent */

struct report_opts {
	enum doc_form form;
	const char *name_ref, *name_cur;	/* how they were named */
	const struct table *ref, *cur;
	bool log;			/* cur is a request log */
	uint64_t skipped;		/* lines of it that are none */
	const struct drift_opts *drift;
	/* What the timeline is made of, filled but for callbacks; NULL: no
	 * timeline. */
	struct windows_run *timeline;
	struct reqlog_filter span;	/* what of the log is in cur */
	/* The answers and their labels; NULL: none. */
	const struct perf_opts *perf;
	const char *const *by;		/* columns of both sides */
	size_t n_by;
};

struct report_result {
	bool drifted, unknown, few;
	size_t drifted_columns, columns;
};

int report_write(struct buf *out, struct report_result *result,
    const struct report_opts *o, struct err *e);

#endif
