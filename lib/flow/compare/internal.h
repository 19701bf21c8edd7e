/*
 * flow/compare/internal.h - a page of runs being written.  Private to
 * lib/flow/compare.
 */
#ifndef FLOW_COMPARE_INTERNAL_H
#define FLOW_COMPARE_INTERNAL_H

#include "base/arena.h"
#include "doc/doc.h"
#include "flow/compare/compare.h"
#include "track/diff.h"
#include "track/run.h"

struct page {
	struct doc d;
	struct arena a;			/* of the page's words */
	struct catalog *c;
	struct run *run;		/* (n) */
	const char **name;		/* (n) "first 4ea90": of people */
	size_t n;
	struct run_diff diff;
};

/* --- axes.c --- */
/* Parameters and metrics in which the runs differ, across. */
void page_axes(struct page *p);
/* --- curves.c --- */
void page_curves(struct page *p);

#endif
