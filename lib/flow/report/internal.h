/*
 * flow/report/internal.h - a page being written.  Private to lib/flow/report.
 */
#ifndef FLOW_REPORT_INTERNAL_H
#define FLOW_REPORT_INTERNAL_H

#include "flow/report/report.h"

struct report {
	struct doc d;
	const struct report_opts *o;
	const struct drift_report *r;
	struct arena a;			/* texts of the page */
};

/* --- words.c --- */
/* A number of four digits. */
const char *report_number(struct report *p, double v);
/* A count with its thousands apart. */
const char *report_count(struct report *p, uint64_t n);

/* A notice of n rows or lines that did not count; none of 0. */
void report_left_out(struct report *p, uint64_t n, const char *what);

/* --- shapes.c --- */
void report_shapes(struct report *p);
/* --- timeline.c --- */
int report_timeline(struct report *p, struct err *e);
/* --- performance.c --- */
int report_performance(struct report *p, struct err *e);
/* --- segments.c --- */
int report_segments(struct report *p, struct err *e);

#endif
