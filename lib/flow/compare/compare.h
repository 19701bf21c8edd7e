/*
 * flow/compare/compare.h - runs side by side on one page: their parameters
 * and metrics as parallel coordinates, their curves, and in what parameters,
 * code and data they differ.  The same runs give the same bytes.
 */
#ifndef FLOW_COMPARE_COMPARE_H
#define FLOW_COMPARE_COMPARE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "catalog/catalog.h"

#define COMPARE_RUNS 200		/* on a page */

/* Runs as run_read (track/find.h) names them, two at least; ERR_USAGE when
 * there are too many. */
int compare_page(struct buf *out, struct catalog *c, const char *const *runs,
    size_t n, struct err *e);

#endif
