/*
 * flow/search/page.h - what a study has found, as a page: its history, which
 * parameters mattered, how each one and the two first of them together lie to
 * the value, and the best trials side by side.
 */
#ifndef FLOW_SEARCH_PAGE_H
#define FLOW_SEARCH_PAGE_H

#include "doc/doc.h"
#include "search/study/study.h"

#define STUDY_PAGE_TRIALS 1000	/* drawn, the newest */
#define STUDY_PAGE_PARAMS 12	/* drawn one by one, the most important */
#define STUDY_PAGE_LINES 40	/* of each fourth, in parallel */
#define STUDY_PAGE_BEST 10	/* in the table */

/* Of several directions `objective`, from 0.  The same study gives the same
 * bytes. */
int study_page_write(struct buf *out, struct study *s, size_t objective,
    enum doc_form form, struct err *e);

#endif
