/*
 * flow/check/page.h - what a check found as a page to hand on: what was asked
 * of the data, what holds, and what does not, with examples.
 */
#ifndef FLOW_CHECK_PAGE_H
#define FLOW_CHECK_PAGE_H

#include "base/buf.h"
#include "quality/check.h"

/* Of data called `name`; `id`: of its bytes, as text.  The same check gives
 * the same bytes. */
void check_page(struct buf *out, const struct check *k,
    const struct schema *s, const char *name, const char *id);

#endif
